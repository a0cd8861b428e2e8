"""Related managers of packages, such as django-taggit's: not made by Django, and prefetched as its own are.

`prefetch_related()` asks for no more of a manager than its `get_prefetch_querysets()`, and that its `get_queryset()`
takes what was prefetched, from under `prefetch_cache_name`.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from types import FrameType
from typing import Any
from weakref import WeakSet

from django.db import connections
from django.db.models.manager import BaseManager

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.looking import is_a, own_attributes
from django_querywatch.capture.walk import Walk

_asking: WeakSet[type] = WeakSet()
"""Managers whose `get_queryset()` sends queries, or raises: it is not called just to look at what it builds."""


def manager_in(frame: FrameType) -> Any:
    """The related manager whose `get_queryset()` a frame of a package is; None for all other frames."""
    if frame.f_code.co_name != "get_queryset":
        return None
    owner = frame.f_locals.get("self")
    if not is_a(owner, BaseManager) or not hasattr(type(owner), "get_prefetch_querysets"):
        return None
    known = own_attributes(owner)
    is_related = known.get("instance") is not None and is_a(known.get("prefetch_cache_name"), str)
    return owner if is_related else None


def relation_of_library_manager(manager: Any, walk: Walk, sql: str, params: Any) -> Relation | None:
    """The relation that such a manager stands for; None where the query asks for something else than all of it."""
    instance, name, queryset = manager.instance, manager.prefetch_cache_name, walk.queryset
    if type(manager) in _asking or _is_running(manager):
        _asking.add(type(manager))
        return None
    if walk.method != "fetch_all" or not hasattr(type(instance), name):
        return None
    # What was chosen beyond its statement would ask the database again, whatever was prefetched.
    if queryset._db is not None or queryset._prefetch_related_lookups or _locks(queryset.query):
        return None
    if name in getattr(instance, "_prefetched_objects_cache", {}):
        return None
    if _statement_of_all(manager) != (sql, tuple(params or ())):
        return None
    return Relation("library", instance, name, type(instance), queryset.model)


def _locks(query: Any) -> bool:
    return bool(getattr(query, "select_for_update", False))


def _is_running(manager: Any) -> bool:
    """Whether the manager's `get_queryset()` itself sends the query that runs."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "get_queryset" and frame.f_locals.get("self") is manager:
            return True
        frame = frame.f_back
    return False


def _statement_of_all(manager: Any) -> tuple[str, tuple[Any, ...]] | None:
    """The statement for all its rows; None where the package's code cannot tell without asking a database."""
    with ExitStack() as refusing:
        for connection in connections.all(initialized_only=True):
            refusing.enter_context(connection.execute_wrapper(_refuse))
        try:
            queryset = manager.get_queryset()
            sql, params = queryset.query.get_compiler(queryset.db).as_sql()
            return sql, tuple(params)
        except Exception:  # whatever it raises, nothing is proven then
            _asking.add(type(manager))
            return None


def _refuse(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
    raise RuntimeError("no query may be sent for a look at a queryset")
