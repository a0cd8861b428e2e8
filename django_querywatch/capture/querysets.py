"""What a queryset is, read without evaluating it: how many rows it may have, what was added to a relation."""

from __future__ import annotations

from typing import Any

from django.db.models.lookups import Exact
from django.db.models.sql import Query

from django_querywatch.capture.conditions import base_query, core_filters
from django_querywatch.capture.lineage import Note

_SINGLE_ROW_METHODS = frozenset(
    {"get", "first", "last", "earliest", "latest", "get_or_create", "update_or_create"}
)


def may_have_many_rows(query: Any, method: str, is_page: bool = False) -> bool:
    """False for `get()`, `first()`, `[:1]`, and exact lookups on the primary key or a unique set."""
    if method in _SINGLE_ROW_METHODS:
        return False
    if not isinstance(query, Query):
        return True
    if query.high_mark is not None and query.high_mark - query.low_mark <= 1 and not is_page:
        return False
    return not _asks_unique(query)


def _asks_unique(query: Query) -> bool:
    where = query.where
    if where.connector != "AND" or where.negated:
        return False
    fields = [_field(child) for child in where.children if _is_exact_value(child)]
    if not fields or query.model is None:
        return False
    options = query.model._meta
    own = [
        field
        for field in fields
        if field.model._meta.concrete_model in (options.concrete_model, *options.all_parents)
    ]
    if any(field.unique or field.primary_key for field in own):
        return True
    names = {field.name for field in own}
    return any(names.issuperset(unique) for unique in _unique_sets(options))


def _unique_sets(options: Any) -> list[tuple[str, ...]]:
    constraints = [c for c in options.total_unique_constraints if c.fields]
    return [*options.unique_together, *(tuple(constraint.fields) for constraint in constraints)]


def _is_exact_value(child: Any) -> bool:
    return (
        isinstance(child, Exact)
        and _field(child) is not None
        and not hasattr(child.rhs, "resolve_expression")
    )


def _field(child: Any) -> Any:
    return getattr(getattr(child, "lhs", None), "target", None)


def is_plain_relation(manager: Any, query: Any) -> bool:
    """Whether a related manager's query is what `.all()` gives, so that a prefetch can take its place."""
    if not isinstance(query, Query):
        return False
    base = base_query(manager)
    own_filters = core_filters(manager)
    return (
        not query.is_sliced
        and len(query.where.children) <= len(base.where.children) + own_filters
        and query.order_by == base.order_by
        and query.extra_order_by == base.extra_order_by
        and query.distinct == base.distinct
        and query.standard_ordering == base.standard_ordering
        and set(query.annotations) == set(base.annotations)
        and not query.combinator
        and not query.values_select
        and not query.deferred_loading[0]
    )


def query_facts(queryset: Any, note: Note | None) -> dict[str, Any]:
    """What the advice on a root queryset needs to know of it."""
    query = getattr(queryset, "query", None)
    return {
        "is_admin_list": note is not None and note.is_admin_list,
        "joined": getattr(query, "select_related", False),
        "deferred_loading": getattr(query, "deferred_loading", (frozenset(), True)),
        "combinator": getattr(query, "combinator", None),
        "for_update": bool(getattr(query, "select_for_update", False)),
        "is_raw": not isinstance(query, Query),
    }


def eager_paths(queryset: Any) -> tuple[str, ...]:
    """Paths that a queryset loads eagerly, where they are written as plain lookups."""
    joined = getattr(getattr(queryset, "query", None), "select_related", False)
    paths = _flattened(joined) if isinstance(joined, dict) else []
    for lookup in getattr(queryset, "_prefetch_related_lookups", ()):
        paths.append(getattr(lookup, "prefetch_through", lookup))
    return tuple(paths)


def joined_paths(model: Any, joined: Any) -> tuple[str, ...]:
    """The paths of a `select_related`; True stands for all keys that cannot be null, their own not followed."""
    if isinstance(joined, dict):
        return tuple(_flattened(joined))
    if not joined:
        return ()
    fields = model._meta.fields
    return tuple(field.name for field in fields if field.remote_field and not field.null)


def _flattened(joined: dict[str, Any]) -> list[str]:
    paths = []
    for name, deeper in joined.items():
        paths += [f"{name}__{path}" for path in _flattened(deeper)] or [name]
    return paths


def primary_key(instance: Any) -> Any:
    """A value that tells this instance's row from others; its identity where it has no key yet."""
    try:
        key = instance.__dict__.get(instance._meta.pk.attname) if instance._meta.pk else None
        if key is None:
            key = instance.pk
    except Exception:  # a primary key that computes itself may do anything
        key = None
    return key if key is not None else id(instance)
