"""The few methods of Django's ORM that are wrapped, so that instances and queries know where they came from.

No descriptor is replaced and no user object changes its type. A wrap whose target has moved in some Django is
left out and named by `missing_targets()`; what it would have told is then not known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from types import FrameType
from typing import Any

from django_querywatch.capture import attribution as at
from django_querywatch.capture.faults import report_fault
from django_querywatch.capture.lineage import ATTRIBUTE, Note, mark
from django_querywatch.capture.places import places
from django_querywatch.capture.recorder import active, local
from django_querywatch.capture.sightings import Evaluation
from django_querywatch.capture.sites import ClassSite, TemplateSite

_FUNCTION = 0x2  # CO_NEWLOCALS: set on functions, not on class bodies and modules
_DEEPEST = 60


def install_wraps() -> None:
    """Wrap each target once; a second call finds nothing to do."""
    for module, owner, name, make in WRAPS:
        cls = getattr(import_module(module), owner, None)
        original = getattr(cls, "__dict__", {}).get(name)
        if original is None:
            at.missing.append(f"{module}.{owner}.{name}")
        elif not hasattr(original, "querywatch_original"):
            wrapped = make(original)
            wrapped.querywatch_original = original
            setattr(cls, name, wrapped)


def _noting(original: Callable[..., None]) -> Any:
    """`Query.__init__`: note where the query is built, and by which related manager."""

    @wraps(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        try:
            if active.get():
                _note_build(self, sys._getframe(1))
            elif not (sys._getframe(4).f_code.co_flags & _FUNCTION and sys._getframe(5).f_code.co_flags & _FUNCTION):
                _note_build(self, sys._getframe(1))
        except Exception as error:
            if not isinstance(error, ValueError):  # the stack is not that deep
                report_fault(error)

    return __init__


def _note_build(query: Any, frame: FrameType | None) -> None:
    manager = site = None
    owners: list[FrameType] = []
    for _ in range(_DEEPEST):
        if frame is None:
            break
        facts = places.by_id.get(id(frame.f_code)) or places.add(frame.f_code, frame.f_globals)
        role = facts.role
        if role is not None:
            if role.kind == at.RELATION:
                return  # the descriptor's own frame tells more when the query runs
            if role.kind == at.MANAGER and manager is None:
                manager = frame.f_locals.get("self")
            elif role.kind == at.TEMPLATE_NODE:
                template = TemplateSite(frame.f_locals["self"])
                if template.is_project:
                    site = template
                    break
            elif role.kind in (at.VIEW, at.BOUNDARY, at.THREAD_HANDLER):
                break
            elif role.kind in (at.CLASS_VIEW, at.ADMIN_ROW):
                owners.append(frame)
                break
        elif facts.is_project:
            if not _is_builder(frame):
                site = facts.site(frame.f_lasti)
                break
        elif frame.f_code.co_argcount and frame.f_code.co_varnames[0] == "self":
            owners.append(frame)
        frame = frame.f_back
    if site is None:
        site = _driven_class(owners)
    setattr(query, ATTRIBUTE, Note(site, manager))


def _is_builder(frame: FrameType) -> bool:
    """Whether this is a method of a manager or a queryset: its caller is where the queryset is built."""
    code = frame.f_code
    if not code.co_argcount or code.co_varnames[0] != "self":
        return False
    owner = frame.f_locals.get("self")
    return isinstance(owner, _builder_types())


def _builder_types() -> tuple[type, ...]:
    from django.db.models import QuerySet
    from django.db.models.manager import BaseManager

    return (BaseManager, QuerySet)


def _driven_class(owners: list[FrameType]) -> ClassSite | None:
    """The view, ModelAdmin or serializer of the project in whose name a framework built the query."""
    from django.db.models import Model

    for frame in owners:
        owner = frame.f_locals.get("self")
        if owner is None or isinstance(owner, (Model, *_builder_types())):
            continue
        site = ClassSite(type(owner), ("queryset", "model", "list_display"))
        if site.is_project:
            return site
    return None


def _marking(original: Callable[[Any], Iterator[Any]]) -> Any:
    """`ModelIterable.__iter__`: point each instance to the node of its evaluation."""

    @wraps(original)
    def __iter__(self: Any) -> Iterator[Any]:
        if not active.get():
            return original(self)
        if self.chunked_fetch:
            return _mark_chunks(original, self)
        evaluation = Evaluation(self.queryset)
        outer, local.evaluation = local.evaluation, evaluation
        try:
            rows = list(original(self))
        finally:
            local.evaluation = outer
        _mark(rows, evaluation)
        return iter(rows)

    return __iter__


def _mark_chunks(original: Callable[[Any], Iterator[Any]], iterable: Any) -> Iterator[Any]:
    evaluation = Evaluation(iterable.queryset)
    rows = original(iterable)
    outer, local.evaluation = local.evaluation, evaluation
    try:
        first = next(rows, None)
    finally:
        local.evaluation = outer
    while first is not None:
        _mark([first], evaluation)
        yield first
        first = next(rows, None)


def _mark(rows: list[Any], evaluation: Evaluation) -> None:
    try:
        if evaluation.node is not None:
            mark(rows, evaluation.node)
    except Exception as error:
        report_fault(error)


WRAPS: tuple[tuple[str, str, str, Callable[[Any], Any]], ...] = (
    ("django.db.models.sql.query", "Query", "__init__", _noting),
    ("django.db.models.sql.query", "RawQuery", "__init__", _noting),
    ("django.db.models.query", "ModelIterable", "__iter__", _marking),
    ("django.db.models.query", "RawModelIterable", "__iter__", _marking),
)
