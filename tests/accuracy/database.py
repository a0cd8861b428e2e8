"""One migrated pair of databases in memory for the whole proof, filled anew for each run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connections

Populate = Callable[[int], Any]

_copies: dict[tuple[Populate, int], dict[str, sqlite3.Connection]] = {}


def create() -> None:
    """Make the tables; content types and permissions stay for good, as in any deployed database."""
    for alias in connections:
        connections[alias].creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)


def fill(populate: Populate, rows: int) -> None:
    """Leave just these rows, with cold caches; the second time from a copy, which is much faster."""
    if (populate, rows) in _copies:
        for alias, copy in _copies[populate, rows].items():
            copy.backup(connections[alias].connection)
    else:
        empty()
        populate(rows)
        _copies[populate, rows] = {alias: _copy(alias) for alias in connections}
    ContentType.objects.clear_cache()
    cache.clear()


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


def _copy(alias: str) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    connections[alias].connection.backup(copy)
    return copy


def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if not model._meta.proxy}
    return sorted(tables - {Permission._meta.db_table, ContentType._meta.db_table})
