"""Which row a write is for: what tells a loop over many rows from one that writes the same row again."""

from __future__ import annotations

from typing import Any, NamedTuple

from django_querywatch.capture.conditions import filter_values, lookup_names
from django_querywatch.capture.lineage import node_of
from django_querywatch.capture.querysets import row_key
from django_querywatch.capture.walk import Walk


class Written(NamedTuple):
    """Of a write of one row that is there."""

    row: Any
    """Tells it from others."""
    question: int | None
    """A hash of the query that found it by itself, with its values: asked again, it finds what comes next."""


def written_by(walk: Walk) -> Written | None:
    """What a `save()`, `delete()` or `update()` writes; None where that is new, or cannot be told."""
    saved = walk.saved
    if saved is not None:
        return None if saved._state.adding else Written(row_key(saved), _question(saved))
    query = getattr(walk.queryset, "query", None)
    if walk.method != "update" or query is None:
        return None
    names, values = lookup_names(query), filter_values(query)
    return Written(values, None) if all(names) and len(values) == len(names) > 0 else None


def _question(saved: Any) -> int | None:
    node = node_of(saved)
    return node.root.question if node is not None and not (node.is_many or node.path) else None
