"""SQL laid out for reading; costly, so only as much of it as a page can show."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import sqlparse

from django_querywatch.reporters.escaping import escape

_LONGEST = 4_000
"""Characters shown of one statement."""
_BUDGET = 16_000
"""Characters laid out for one page; beyond it, SQL is shown as it was sent."""

Layout = Callable[[str], str]


def make_layout() -> Layout:
    """A function that lays out statements until the page's budget is used up."""
    left = _BUDGET

    def layout(sql: str) -> str:
        nonlocal left
        sql = sql if len(sql) <= _LONGEST else f"{sql[:_LONGEST]} ..."
        left -= len(sql)
        text = _laid_out(sql) if left >= 0 else sql
        return "\n".join(escape(line, limit=_LONGEST + 4) for line in text.splitlines())

    return layout


@lru_cache(maxsize=256)
def _laid_out(sql: str) -> str:
    try:
        return str(sqlparse.format(sql, reindent=True, keyword_case="upper"))
    except Exception:  # its limits on nesting raise; the statement itself is still worth showing
        return sql
