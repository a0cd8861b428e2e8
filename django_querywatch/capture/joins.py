"""Whether the joins of a query keep one row for each of its model: what is counted beside others is multiplied."""

from __future__ import annotations

from typing import Any

from django.db.models import ForeignKey, OneToOneRel, Subquery
from django.db.models.expressions import Col
from django.db.models.sql import Query
from django.db.models.sql.where import WhereNode

from django_querywatch.capture.looking import is_a


def has_one_row_each(query: Any) -> bool:
    """Whether each row of the model comes once, and nothing is aggregated of it yet."""
    if not isinstance(query, Query):
        return False
    return (
        query.group_by is None
        and not query.extra_tables
        and not any(_is_of_several_rows(annotation) for annotation in query.annotations.values())
        and not any(map(leads_to_many, query.alias_map.values()))
    )


def leads_to_many(join: Any) -> bool:
    """Whether a joined table may have several rows for one of the table before it."""
    if join.parent_alias is None:
        return False
    return not isinstance(join.join_field, (ForeignKey, OneToOneRel))


def is_of_own_row(condition: Any, query: Query) -> bool:
    """Whether a condition looks at the row itself and what its keys lead to, so that it says the same elsewhere."""
    if is_a(condition, WhereNode):
        return all(is_of_own_row(child, query) for child in condition.children)
    if not hasattr(condition, "flatten"):
        return False
    parts = list(condition.flatten())
    aliases = {part.alias for part in parts if is_a(part, Col)}
    return not any(is_a(part, Subquery) for part in parts) and not any(
        _is_behind_many(query.alias_map.get(alias), query) for alias in aliases
    )


def _is_behind_many(join: Any, query: Query) -> bool:
    while join is not None and not leads_to_many(join):
        if join.parent_alias is None:
            return False
        join = query.alias_map.get(join.parent_alias)
    return True


def _is_of_several_rows(annotation: Any) -> bool:
    names = ("contains_aggregate", "contains_over_clause", "set_returning")
    return any(getattr(annotation, name, False) for name in names)
