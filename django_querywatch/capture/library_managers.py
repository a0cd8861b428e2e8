"""Related managers of packages, such as django-taggit's: not made by Django, and prefetched as its own are.

`prefetch_related()` asks for no more of a manager than its `get_prefetch_querysets()` (before Django 5.0
`get_prefetch_queryset()`), and that its `get_queryset()` takes what was prefetched, from under `prefetch_cache_name`.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from types import FrameType
from typing import Any
from weakref import WeakSet

from django.db import connections
from django.db.models.manager import BaseManager
from django.db.models.sql import Query

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.looking import is_a, own_attributes
from django_querywatch.capture.walk import Walk

_asking: WeakSet[type] = WeakSet()
"""Managers whose `get_queryset()` sends queries, or raises: it is not called just to look at what it builds."""
_PREFETCHES = ("get_prefetch_querysets", "get_prefetch_queryset")


def manager_in(frame: FrameType) -> Any:
    """The related manager whose `get_queryset()` a frame of a package is; None for all other frames."""
    if frame.f_code.co_name != "get_queryset":
        return None
    owner = frame.f_locals.get("self")
    if not is_a(owner, BaseManager) or not any(hasattr(type(owner), name) for name in _PREFETCHES):
        return None
    known = own_attributes(owner)
    return owner if known.get("instance") is not None and known.get("prefetch_cache_name") else None


def relation_of_library_manager(manager: Any, walk: Walk) -> Relation | None:
    """The relation that such a manager stands for; None where it asks for something else than all of it."""
    instance, name = manager.instance, manager.prefetch_cache_name
    if type(manager) in _asking or _is_running(manager):
        _asking.add(type(manager))
        return None
    if walk.method not in ("fetch_all", "iterator") or not hasattr(type(instance), name):
        return None
    if name in getattr(instance, "_prefetched_objects_cache", {}) or not _asks_all(manager, walk.queryset):
        return None
    return Relation("library", instance, name, type(instance), walk.queryset.model)


def _is_running(manager: Any) -> bool:
    """Whether the manager's `get_queryset()` itself sends the query that runs."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "get_queryset" and frame.f_locals.get("self") is manager:
            return True
        frame = frame.f_back
    return False


def _asks_all(manager: Any, queryset: Any) -> bool:
    query, whole = queryset.query, _query_of_all(manager)
    if not (is_a(query, Query) and is_a(whole, Query)) or query.model is not whole.model:
        return False
    return _shape(query) == _shape(whole) and not (query.is_sliced or query.combinator)


def _query_of_all(manager: Any) -> Any:
    """The query of all its rows; None where the package's code cannot tell without asking a database."""
    with ExitStack() as refusing:
        for connection in connections.all(initialized_only=True):
            refusing.enter_context(connection.execute_wrapper(_refuse))
        try:
            return manager.get_queryset().query
        except Exception:  # whatever it raises, nothing is proven then
            _asking.add(type(manager))
            return None


def _refuse(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
    raise RuntimeError("no query may be sent for a look at a queryset")


def _shape(query: Query) -> tuple[Any, ...]:
    return (
        len(query.where.children),
        query.order_by,
        query.extra_order_by,
        query.standard_ordering,
        query.distinct,
        set(query.annotations),
        query.values_select,
        query.deferred_loading,
    )
