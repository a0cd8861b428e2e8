"""One migrated pair of databases in memory for the whole proof, emptied between runs."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connections

KEPT = ("django_content_type", "auth_permission", "django_migrations")


def create() -> None:
    """Make the tables; content types and permissions stay for good, as in any deployed database."""
    for alias in connections:
        connections[alias].creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)


def empty() -> None:
    """Delete every row and start the primary keys again, so that runs of one size are alike."""
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = OFF")
            for table in _tables():
                cursor.execute(f'DELETE FROM "{table}"')
            cursor.execute(
                "DELETE FROM sqlite_sequence WHERE name NOT IN ('django_content_type', 'auth_permission')"
            )
            cursor.execute("PRAGMA foreign_keys = ON")
    ContentType.objects.clear_cache()
    cache.clear()


def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if not model._meta.proxy}
    return sorted(tables.difference(KEPT, {Permission._meta.db_table, ContentType._meta.db_table}))
