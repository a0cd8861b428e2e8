"""One migrated pair of databases for the whole proof, filled anew for each run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache as cached
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connections, transaction

Populate = Callable[[int], Any]

_copies: dict[tuple[Populate, int], dict[str, sqlite3.Connection]] = {}


def create() -> None:
    """Make the tables; content types and permissions stay for good, as in any deployed database."""
    for alias in connections:
        connections[alias].creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)


def destroy() -> None:
    """Leave nothing behind on a server."""
    for alias in connections:
        name = connections[alias].settings_dict["NAME"].removeprefix("test_")
        connections[alias].creation.destroy_test_db(name, verbosity=0)


def fill(populate: Populate, rows: int) -> None:
    """Leave just these rows, with cold caches; in memory the second time from a copy, which is much faster."""
    if (populate, rows) in _copies:
        for alias, copy in _copies[populate, rows].items():
            copy.backup(connections[alias].connection)
    else:
        empty()
        with ExitStack() as committed_once:
            for alias in connections:
                committed_once.enter_context(transaction.atomic(using=alias))
            populate(rows)
        if connections["default"].vendor == "sqlite":
            _copies[populate, rows] = {alias: _copy(alias) for alias in connections}
    ContentType.objects.clear_cache()
    cache.clear()


def empty() -> None:
    """Delete every row and start the primary keys again, so that runs of one size are alike."""
    for alias in connections:
        _EMPTIED[connections[alias].vendor](alias)


def _empty_sqlite(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        for table in _tables():
            cursor.execute(f'DELETE FROM "{table}"')
        cursor.execute(
            "DELETE FROM sqlite_sequence WHERE name NOT IN ('django_content_type', 'auth_permission')"
        )
        cursor.execute("PRAGMA foreign_keys = ON")


def _empty_postgres(alias: str) -> None:
    """In one round; TRUNCATE would take many times as long for tables that have a few rows."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_deletion(alias))


@cached
def _deletion(alias: str) -> str:
    connection = connections[alias]
    with connection.cursor() as cursor:
        sequences = [
            one for table in _tables() for one in connection.introspection.get_sequences(cursor, table)
        ]
    deleted = [f'DELETE FROM "{table}"' for table in _tables()]
    return ";".join([*deleted, *connection.ops.sequence_reset_by_name_sql(no_style(), sequences)])


def _empty_mysql(alias: str) -> None:
    """The keys go on: to start them again would be an ALTER TABLE for each, and take a quarter of an hour."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        with transaction.atomic(using=alias):
            for table in _tables():
                cursor.execute(f"DELETE FROM `{table}`")
        cursor.execute("SET FOREIGN_KEY_CHECKS = 1")


_EMPTIED = {"sqlite": _empty_sqlite, "postgresql": _empty_postgres, "mysql": _empty_mysql}


def _copy(alias: str) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    connections[alias].connection.backup(copy)
    return copy


@cached
def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if not model._meta.proxy}
    return sorted(tables - {Permission._meta.db_table, ContentType._meta.db_table})
