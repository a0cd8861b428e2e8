"""Counts statements on every connection, without the detector: the measure that proves the labels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

TRANSACTION_CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")

_counts: list[list[str]] = []


@contextmanager
def counted() -> Iterator[list[str]]:
    """Yield the list that every statement of the block is added to, whatever thread sends it."""
    statements: list[str] = []
    _counts.append(statements)
    try:
        yield statements
    finally:
        _counts.remove(statements)


def install() -> None:
    """Put the counter on all connections, those that threads open later included."""
    connection_created.connect(_on_connection, dispatch_uid="accuracy")
    for connection in connections.all(initialized_only=True):
        _on_connection(connection=connection)


def _on_connection(*, connection: Any, **kwargs: Any) -> None:
    if _count not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _count)


def _count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    if not str(sql).lstrip().upper().startswith(TRANSACTION_CONTROL):
        for statements in _counts:
            statements.append(str(sql))
    return execute(sql, params, many, context)
