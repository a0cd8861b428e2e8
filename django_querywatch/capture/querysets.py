"""What a queryset is, read without evaluating it: how many rows it may have, what was added to a relation."""

from __future__ import annotations

from typing import Any

from django.db.models.lookups import Exact
from django.db.models.manager import BaseManager
from django.db.models.sql import Query

from django_querywatch.capture.attribution import is_of_default_manager
from django_querywatch.capture.conditions import base_query, compares_with_value, core_filters
from django_querywatch.capture.joins import has_one_row_each
from django_querywatch.capture.lineage import Note
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.walk import Walk
from django_querywatch.records import Eager

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
    return any(names.issuperset(unique) for unique in unique_sets(options))


def unique_sets(options: Any, deferrable: bool = True) -> list[tuple[str, ...]]:
    """Names of fields of which no two rows have the same values; deferrable constraints may hold at the end only."""
    constraints = [
        c for c in options.total_unique_constraints if c.fields and (deferrable or not c.deferrable)
    ]
    return [*options.unique_together, *(tuple(constraint.fields) for constraint in constraints)]


def _is_exact_value(child: Any) -> bool:
    return isinstance(child, Exact) and _field(child) is not None and compares_with_value(child)


def _field(child: Any) -> Any:
    return getattr(getattr(child, "lhs", None), "target", None)


def is_plain_relation(manager: Any, query: Any) -> bool:
    """Whether a related manager's query is what `.all()` gives, so that a prefetch can take its place."""
    if not isinstance(query, Query) or not is_of_default_manager(manager):
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


def query_facts(walk: Walk, note: Note | None) -> dict[str, Any]:
    """What the advice on a root queryset needs to know of it."""
    queryset = walk.queryset
    query = getattr(queryset, "query", None)
    return {
        "manager": getattr(note.own_manager, "name", None) if note is not None else None,
        "is_inner": note is not None and note.is_inner,
        "is_admin": note is not None and note.is_admin,
        "is_admin_list": note is not None and note.is_admin_list,
        "joined": getattr(query, "select_related", False),
        "prefetched": tuple(
            getattr(lookup, "prefetch_to", lookup)
            for lookup in getattr(queryset, "_prefetch_related_lookups", ())
        ),
        "deferred_loading": getattr(query, "deferred_loading", (frozenset(), True)),
        "combinator": getattr(query, "combinator", None),
        "for_update": bool(getattr(query, "select_for_update", False)),
        "is_unchunked": walk.is_unchunked,
        "is_raw": not isinstance(query, Query),
        "has_one_row_each": has_one_row_each(query),
        "annotations": frozenset(getattr(query, "annotations", ())),
    }


def eager_loading(queryset: Any) -> Eager:
    """What a queryset loads eagerly."""
    joined: Any = getattr(getattr(queryset, "query", None), "select_related", False)
    lookups = getattr(queryset, "_prefetch_related_lookups", ())
    return Eager(
        joined=tuple(_flattened(joined)) if is_a(joined, dict) else (),
        prefetched=tuple(getattr(lookup, "prefetch_through", lookup) for lookup in lookups),
        is_told=all(is_a(lookup, str) for lookup in lookups),
        joins_all=joined is True,
    )


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


def hides_nothing(manager: Any) -> bool:
    """Whether a manager is known to bring all rows."""
    return type(manager).get_queryset is BaseManager.get_queryset


def row_key(instance: Any) -> tuple[int, Any]:
    """Tells an instance from others: two copies of one row are two, and an address may be used again."""
    return id(instance), _primary_key(instance)


def _primary_key(instance: Any) -> Any:
    """A value that tells this instance's row from others; its identity where it has no key yet."""
    try:
        key = instance.__dict__.get(instance._meta.pk.attname) if instance._meta.pk else None
        if key is None:
            key = instance.pk
    except Exception:  # a primary key that computes itself may do anything
        key = None
    return key if key is not None else id(instance)
