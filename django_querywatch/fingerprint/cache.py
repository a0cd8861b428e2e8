"""Dictionaries that share a limit in bytes. Reading them is a plain dictionary look-up, without a lock.

Counting takes no lock either: two threads that add at once may lose one entry's bytes, and emptying starts
the count afresh, so the error cannot grow.
"""

from __future__ import annotations

from sys import getsizeof
from typing import Generic, TypeVar

Value = TypeVar("Value")

_SLOT = 120
"""Bytes of a dictionary's slot at its emptiest, after it has grown."""


class ByteLimit(Generic[Value]):
    """Hands out dictionaries and empties all of them when their entries outgrow the limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.spent = 0
        self._tables: list[dict[str, Value]] = []

    def new_table(self) -> dict[str, Value]:
        table: dict[str, Value] = {}
        self._tables.append(table)
        return table

    def add(self, table: dict[str, Value], key: str, value: Value, value_size: int = 0) -> None:
        """Store the value, unless it would take more than a sixteenth of the limit."""
        size = getsizeof(key) + value_size + _SLOT
        if size > self.limit >> 4:
            return
        if self.spent + size > self.limit:
            self.clear()
        self.spent += size
        table[key] = value

    def clear(self) -> None:
        self.spent = 0
        for table in self._tables:
            table.clear()
