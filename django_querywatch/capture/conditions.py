"""What a queryset asks beyond its relation, as `filter()` and `order_by()` would write it, values left out."""

from __future__ import annotations

from typing import Any

from django.db.models import ForeignKey, Transform
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, Lookup
from django.db.models.sql import Query

from django_querywatch.capture.looking import is_a
from django_querywatch.records import Asked


def asked_of_relation(manager: Any, query: Any) -> Asked:
    """What a related manager's query asks beyond `.all()`."""
    if not isinstance(query, Query) or query.model is not manager.model:
        # A many-to-many that is only counted asks its through table, and nothing more.
        return Asked()
    given = len(base_query(manager).where.children)
    behind = given + core_filters(manager)
    return _asked(
        query,
        [*query.where.children[:given], *query.where.children[behind:]],
        len(query.where.children) > behind,
    )


def asked_of(query: Any) -> Asked:
    """What a query of no relation asks."""
    return (
        _asked(query, query.where.children, bool(query.where.children))
        if isinstance(query, Query)
        else Asked(is_all_told=False)
    )


def base_query(manager: Any) -> Any:
    """The query of a related manager's default manager, before it is tied to an object."""
    superclass: Any = type(manager).__mro__[1]
    return superclass.get_queryset(manager).query


def core_filters(manager: Any) -> int:
    """How many conditions tie a related manager's query to its object."""
    return 2 if hasattr(manager, "content_type") else len(getattr(manager, "core_filters", (0,)))


def _asked(query: Query, children: list[Any], has_own: bool) -> Asked:
    written = [_written(child, query) for child in children]
    ordering: tuple[Any, ...] = tuple(query.order_by)
    is_plain = (
        query.where.connector == "AND"
        and not query.where.negated
        and not query.combinator
        and not query.distinct
        and not query.annotations
        and all(is_a(name, str) for name in ordering)
    )
    return Asked(
        filters=tuple(name for name in written if name),
        has_own=has_own,
        is_all_told=is_plain and all(written),
        ordering=tuple(
            name if query.standard_ordering else _reversed(name) for name in ordering if is_a(name, str)
        ),
        limit=query.high_mark if query.is_sliced and not query.low_mark else None,
    )


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def exact_names(query: Any) -> tuple[str, ...]:
    """The lookups by which a query compares a field with a value, at its top level."""
    where = getattr(query, "where", None)
    if where is None or where.connector != "AND" or where.negated:
        return ()
    exact = [child for child in where.children if isinstance(child, Exact)]
    return tuple(name for child in exact if (name := _written(child, query)))


def _written(child: Any, query: Query) -> str | None:
    """One condition: ``author__name__startswith``; None for what is no lookup on a column by a value."""
    if not isinstance(child, Lookup) or hasattr(child.rhs, "resolve_expression"):
        return None
    left: Any = child.lhs
    names: list[str] = [] if child.lookup_name == "exact" else [str(child.lookup_name)]
    while isinstance(left, Transform):
        if not hasattr(left, "lookup_name"):  # a key of JSON, an index of an array
            return None
        names.insert(0, str(left.lookup_name))
        left = left.get_source_expressions()[0]
    path = _path_to(left.alias, query) if isinstance(left, Col) else None
    return None if path is None else "__".join([*path, left.target.name, *names])


def _path_to(alias: str, query: Query) -> list[str] | None:
    """The foreign keys that lead from a query's model to a joined table; None where another join does."""
    path: list[str] = []
    join: Any = query.alias_map.get(alias)
    while join is not None and join.parent_alias is not None:
        field = join.join_field
        if not isinstance(field, ForeignKey):
            return None
        path.insert(0, field.name)
        join = query.alias_map.get(join.parent_alias)
    return path
