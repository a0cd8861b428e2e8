"""Values of the first rows of many-row querysets: a query by one of them is known to come from there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django_querywatch.capture.lineage import Node
from django_querywatch.capture.looking import EXACT_KEY_TYPES, is_a, own_attributes

REMEMBERED_ROWS = 3
"""Of each root queryset: enough to see two queries by two values of one column."""
_MOST_VALUES = 400

Column = tuple[Node, Any]
"""The node of rows, and the name or the position of a value in them."""


class Sources:
    """The remembered values of one recording; most recordings never ask for one."""

    __slots__ = ("_columns", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[tuple[Column, Any]] = []
        self._columns: dict[Any, list[Column]] = {}

    def remember(self, rows: list[Any], node: Node) -> None:
        """Keep the values by which rows may lead to other queries."""
        if len(self._waiting) + len(self._columns) < _MOST_VALUES:
            self._waiting += [
                ((node, name), value)
                for row in rows[:REMEMBERED_ROWS]
                for name, value in _items_of(row)
                if type(value) in EXACT_KEY_TYPES  # in place of a call: most rows are looked at in vain
            ]

    def columns_of(self, value: Any) -> Iterable[Column]:
        """The columns that a value was seen in."""
        for column, seen in self._waiting:
            self._columns.setdefault(seen, []).append(column)
        self._waiting.clear()
        return self._columns.get(value, ())


def _items_of(row: Any) -> Iterable[tuple[Any, Any]]:
    if is_a(row, dict):
        return dict.items(row)
    if is_a(row, tuple):
        return enumerate(tuple.__iter__(row))
    return own_attributes(row).items() or ((0, row),)
