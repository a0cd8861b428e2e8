"""What a queryset asks beyond its relation, as `filter()` and `order_by()` would write it, values left out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db.models import ForeignKey, Transform
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In, Lookup
from django.db.models.sql import Query
from django.utils.hashable import make_hashable

from django_querywatch.capture.joins import is_of_own_row, leads_to_many
from django_querywatch.capture.looking import is_a
from django_querywatch.records import Asked


def asked_of_relation(manager: Any, queryset: Any) -> Asked:
    """What a related manager's queryset asks beyond `.all()`."""
    query = getattr(queryset, "query", None)
    if not isinstance(query, Query) or query.model is not manager.model:
        # A many-to-many that is only counted asks its through table, and nothing more.
        return Asked()
    base = base_query(manager)
    children = _beyond_relation(manager, base, query)
    asked = _asked(query, children, len(children) > len(base.where.children))
    return replace(
        asked, is_reshaped=_is_reshaped(manager, base, query, children), is_sent=_is_sent(manager, queryset)
    )


def _beyond_relation(manager: Any, base: Query, query: Query) -> list[Any]:
    """The conditions of a related manager's query without those that tie it to its object."""
    given = len(base.where.children)
    return [*query.where.children[:given], *query.where.children[given + core_filters(manager) :]]


def _is_sent(manager: Any, queryset: Any) -> bool:
    """Whether it is sent to another database than its object's, by name: the router would choose a prefetch's."""
    return getattr(queryset, "_db", None) not in (None, manager.instance._state.db)


def _is_reshaped(manager: Any, base: Query, query: Query, children: list[Any]) -> bool:
    many = sum(map(leads_to_many, query.alias_map.values()))
    many_of_relation = sum(map(leads_to_many, base.alias_map.values())) + hasattr(manager, "through")
    return (
        bool(query.low_mark or query.combinator or query.extra or query.extra_tables)
        or query.distinct != base.distinct
        or query.group_by != base.group_by
        or set(query.annotations) != set(base.annotations)
        or any("__" in name for name in query.values_select)
        or many > many_of_relation
        or not all(is_of_own_row(child, query) for child in children)
    )


def relation_values(manager: Any, query: Any) -> frozenset[tuple[str, int]]:
    """A hash of all values that a related manager's query compares with beyond its relation; nothing without any."""
    if not isinstance(query, Query) or query.model is not manager.model or not query.where.children:
        return frozenset()
    children = _beyond_relation(manager, base_query(manager), query)
    with suppress(TypeError):
        return frozenset({("", hash(tuple(map(_hash_of, children))))}) if children else frozenset()
    return frozenset()


def exact_beyond_relation(manager: Any, query: Any) -> list[Any]:
    """The conditions by a plain value that were added to what `.all()` of a related manager asks."""
    if not isinstance(query, Query) or query.model is not manager.model:
        return []
    added = _beyond_relation(manager, base := base_query(manager), query)[len(base.where.children) :]
    return [child for child in added if is_a(child, Exact) and compares_with_value(child)]


def _hash_of(child: Any) -> int:
    if compares_with_value(child):
        return hash(make_hashable(child.rhs))
    return hash(child)


def asked_of(query: Any, method: str) -> Asked:
    """What a query of no relation asks."""
    if not isinstance(query, Query):
        return Asked(is_all_told=False)
    asked = _asked(query, query.where.children, bool(query.where.children))
    is_cut = query.is_sliced and method in ("fetch_all", "iterator", "count", "exists")
    return replace(asked, is_all_told=False) if is_cut else asked


def base_query(manager: Any) -> Any:
    """The query of a related manager's default manager, before it is tied to an object."""
    superclass: Any = type(manager).__mro__[1]
    return superclass.get_queryset(manager).query


def core_filters(manager: Any) -> int:
    """How many conditions tie a related manager's query to its object."""
    return 2 if hasattr(manager, "content_type") else len(getattr(manager, "core_filters", (0,)))


def _asked(query: Query, children: list[Any], has_own: bool) -> Asked:
    written = [_written(child, query) for child in _without_repeated(children)]
    ordering: tuple[Any, ...] = tuple(query.order_by)
    if not (ordering or query.standard_ordering):  # `reverse()` turns round what the model orders by
        ordering = tuple(query.get_meta().ordering or ())
    is_plain = (
        query.where.connector == "AND"
        and not query.where.negated
        and not query.combinator
        and not query.distinct
        and not query.annotations
        and all(is_a(name, str) for name in ordering)
    )
    return Asked(
        filters=tuple(dict.fromkeys(name for name in written if name)),
        has_own=has_own,
        is_all_told=is_plain and all(written) and len(set(written)) == len(written),
        ordering=tuple(
            name if query.standard_ordering else _reversed(name) for name in ordering if is_a(name, str)
        ),
        limit=query.high_mark if query.is_sliced and not query.low_mark else None,
    )


def _without_repeated(children: list[Any]) -> list[Any]:
    """The conditions without those that a manager's own queryset has already set."""
    found: list[Any] = []
    for child in children:
        with suppress(TypeError):  # a value that cannot be compared
            if child in found:
                continue
        found.append(child)
    return found


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def conditions_of(query: Any) -> list[Any]:
    """The conditions of a query at its top level."""
    where = getattr(query, "where", None)
    return where.children if where is not None else []


def _conditions_that_all_hold(query: Any) -> list[Any]:
    """The same, where each row fulfils all of them; none where one is enough, or none may hold."""
    where = getattr(query, "where", None)
    return where.children if where is not None and where.connector == "AND" and not where.negated else []


def compares_with_value(condition: Any) -> bool:
    """Whether a lookup compares with a plain value, and not with a column or a subquery."""
    return is_a(condition, Lookup) and not hasattr(condition.rhs, "resolve_expression")


def lookup_names(query: Any) -> tuple[str, ...]:
    """All lookups of a query at its top level, an empty name for what is none."""
    return tuple(_written(child, query) or "" for child in conditions_of(query))


def filter_values(query: Any) -> frozenset[tuple[str, int]]:
    """The lookups of a query at its top level, each with a hash of its value; without values that have none."""
    found = set()
    for child in conditions_of(query):
        name = _written(child, query)
        if name is not None:
            with suppress(TypeError):
                found.add((name, hash(tuple(child.rhs) if is_a(child.rhs, list) else child.rhs)))
    return frozenset(found)


def exact_names(query: Any) -> tuple[str, ...]:
    """The lookups by which a query compares a field with a value, at its top level."""
    return tuple(name for name, _ in exact_lookups(query))


def exact_lookups(query: Any) -> list[tuple[str, Any]]:
    """The same with the conditions that they were made to."""
    exact = [child for child in _conditions_that_all_hold(query) if isinstance(child, Exact)]
    return [(name, child) for child in exact if (name := _written(child, query))]


def asks_for_one(query: Any) -> bool:
    """Whether a query asks for one row by its key, at its top level: a list beside that chooses no more rows."""
    conditions = _conditions_that_all_hold(query)
    if not conditions or query.combinator:
        return False
    lists = [child.lhs for child in conditions if is_a(child, In)]
    if any(not is_a(left, Col) or left.alias != query.base_table for left in lists):
        return False  # of a joined table, which may have many rows for the one
    return any(_is_of_one(child, query) for child in conditions)


def _is_of_one(child: Any, query: Any) -> bool:
    if not is_a(child, Exact) or not is_a(child.lhs, Col) or not compares_with_value(child):
        return False
    return bool(child.lhs.target.unique) and child.lhs.alias == query.base_table


def has_list(query: Any) -> bool:
    """Whether a query compares a field with a list of values, at its top level: ``pk__in=keys``."""
    return any(is_a(child, In) and compares_with_value(child) for child in conditions_of(query))


_BOUNDS = {"gt": {"low"}, "gte": {"low"}, "lt": {"high"}, "lte": {"high"}, "range": {"low", "high"}}


def has_span(query: Any) -> bool:
    """Whether a query asks for what lies between two values of a unique column: ``pk__range=(1, 1000)``."""
    bounds: dict[Any, set[str]] = {}
    for child in _conditions_that_all_hold(query):
        left: Any = child.lhs if is_a(child, Lookup) else None
        if is_a(left, Col) and left.target.unique and left.alias == query.base_table:
            bounds.setdefault(left.target, set()).update(_BOUNDS.get(child.lookup_name, ()))
    return any(len(found) == 2 for found in bounds.values())


def _written(child: Any, query: Query) -> str | None:
    """One condition: ``author__name__startswith``; None for what is no lookup on a column by a value."""
    if not compares_with_value(child):
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
