"""The shop's migrations run forward and backward, with rows in the tables."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _restore_newest():
    yield
    call_command("migrate", verbosity=0)


def migrate(name: str | None) -> StateApps:
    """Bring the shop to this migration, or to none, and return the models of that time."""
    executor = MigrationExecutor(connection)
    executor.migrate([("shop", name)])
    return MigrationExecutor(connection).loader.project_state([("shop", name)] if name else []).apps


def shop_tables() -> list[str]:
    return sorted(table for table in connection.introspection.table_names() if table.startswith("shop_"))


def test_every_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_orders_placed_before_references_existed_get_one():
    old = migrate("0001_initial")
    user = old.get_model("auth", "User").objects.create(username="ada")
    placed_at = datetime(2026, 1, 2, tzinfo=UTC)
    order = old.get_model("shop", "Order").objects.create(user_id=user.pk, placed_at=placed_at)
    new = migrate("0002_order_reference")
    assert new.get_model("shop", "Order").objects.get().reference == f"S-{order.pk}"


def test_migrations_run_all_the_way_back_and_forth():
    tables = shop_tables()
    assert "shop_order" in tables
    migrate(None)
    assert shop_tables() == []
    call_command("migrate", verbosity=0)
    assert shop_tables() == tables
