"""Which rows a statement asks for: its first table and its conditions, whatever it selects of them."""

from __future__ import annotations

import re

_ROWS = re.compile(
    r"select (?:.*?) from (\S+)(?: (?:inner|left outer) join .*?)?(?: where (.*?))?(?: order by .*?)?(?: limit \S+)?"
)


def asked_rows(text: str) -> tuple[str, str] | None:
    """Table and conditions of a fingerprint; None where it is no plain selection of rows."""
    found = _ROWS.fullmatch(text)
    if found is None or any(
        word in text for word in (" group by ", " having ", " union ", " offset ", "distinct")
    ):
        return None
    return found[1], found[2] or ""
