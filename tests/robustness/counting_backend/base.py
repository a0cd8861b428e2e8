"""Django's SQLite with cursors that count."""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.utils import CursorWrapper

asked: list[str] = []


class CountingCursor(CursorWrapper):
    def execute(self, sql: str, params: Any = None) -> Any:
        asked.append(sql)
        return super().execute(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return CountingCursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorWrapper:
        return CountingCursor(cursor, self)
