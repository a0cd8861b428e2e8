"""The shop's migrations run forward and backward, with rows in the tables."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

NEWEST = ("shop", "0002_order_reference")


def migrate(*target: str | None) -> StateApps:
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target] if target[1] else []).apps


@pytest.mark.django_db(transaction=True)
def test_every_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_orders_placed_before_references_existed_get_one():
    try:
        old = migrate("shop", "0001_initial")
        user = old.get_model("auth", "User").objects.create(username="ada")
        order = old.get_model("shop", "Order").objects.create(user_id=user.pk, placed_at=datetime(2026, 1, 2, tzinfo=UTC))
        new = migrate(*NEWEST)
        assert new.get_model("shop", "Order").objects.get().reference == f"S-{order.pk}"
    finally:
        migrate(*NEWEST)


@pytest.mark.django_db(transaction=True)
def test_migrations_run_all_the_way_back_and_forth():
    try:
        migrate("shop", None)
        assert not [table for table in connection.introspection.table_names() if table.startswith("shop_")]
    finally:
        migrate(*NEWEST)
    assert "shop_order" in connection.introspection.table_names()
