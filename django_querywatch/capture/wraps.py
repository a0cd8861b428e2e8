"""The few methods of Django's ORM that are wrapped, so that instances and queries know where they came from.

No descriptor is replaced and no user object changes its type. A wrap whose target has moved in some Django is
left out and named by `missing_targets()`; what it would have told is then not known.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from types import FrameType
from typing import Any

from django_querywatch.capture import attribution as at
from django_querywatch.capture.faults import report_fault
from django_querywatch.capture.lineage import ATTRIBUTE, Note, mark, note_of
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.places import places
from django_querywatch.capture.recorder import active, local, remember_rows
from django_querywatch.capture.sightings import Evaluation
from django_querywatch.capture.sites import ClassSite, TemplateSite

_FUNCTION = 0x2  # CO_NEWLOCALS: set on functions, not on class bodies and modules
_DEEPEST = 60
_ORM = os.path.join("django", "db", "")
_TEMPLATE_ENGINES = ("django.template", "jinja2")


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
            elif not (
                sys._getframe(4).f_code.co_flags & _FUNCTION and sys._getframe(5).f_code.co_flags & _FUNCTION
            ):
                _note_build(self, sys._getframe(1))
        except Exception as error:
            if not isinstance(error, ValueError):  # the stack is not that deep
                report_fault(error)

    return __init__


def _note_build(query: Any, frame: FrameType | None) -> None:
    manager = site = None
    is_foreign: bool | None = None
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
        if is_foreign is None and role is None and _ORM not in frame.f_code.co_filename:
            is_foreign = not facts.is_project and not frame.f_globals["__name__"].startswith(
                _TEMPLATE_ENGINES
            )
        frame = frame.f_back
    if site is None:
        site = _driven_class(owners)
    setattr(query, ATTRIBUTE, Note(site, manager, bool(is_foreign)))


def _is_builder(frame: FrameType) -> bool:
    """Whether this is a method of a manager or a queryset: its caller is where the queryset is built."""
    code = frame.f_code
    if not code.co_argcount or code.co_varnames[0] != "self":
        return False
    owner = frame.f_locals.get("self")
    return is_a(owner, _builder_types())


def _builder_types() -> tuple[type, ...]:
    from django.db.models import QuerySet
    from django.db.models.manager import BaseManager

    return (BaseManager, QuerySet)


def _driven_class(owners: list[FrameType]) -> ClassSite | None:
    """The view, ModelAdmin or serializer of the project in whose name a framework built the query."""
    from django.db.models import Model

    for frame in owners:
        owner = frame.f_locals.get("self")
        if owner is None or is_a(owner, (Model, *_builder_types())):
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
        evaluation = Evaluation(self.queryset, "Model" in type(self).__name__)
        outer, local.evaluation = local.evaluation, evaluation
        try:
            rows = list(original(self))
        finally:
            local.evaluation = outer
        _mark(rows, evaluation)
        return iter(rows)

    return __iter__


def _mark_chunks(original: Callable[[Any], Iterator[Any]], iterable: Any) -> Iterator[Any]:
    evaluation = Evaluation(iterable.queryset, "Model" in type(iterable).__name__)
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
    node = evaluation.node
    try:
        if node is not None and rows:
            if evaluation.has_instances:
                mark(rows, node)
            else:
                node.rows += len(rows)
            remember_rows(rows, node)
    except Exception as error:
        report_fault(error)


def _paging(original: Callable[..., Any]) -> Any:
    """`Paginator._get_page`: a slice of one row is a page that happened to have one."""

    @wraps(original)
    def _get_page(self: Any, object_list: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            note = note_of(object_list) if active.get() else None
            if note is not None:
                page = Note(note.site, note.manager, note.is_foreign, is_page=True)
                setattr(object_list.query, ATTRIBUTE, page)
        except Exception as error:
            report_fault(error)
        return original(self, object_list, *args, **kwargs)

    return _get_page


WRAPS: tuple[tuple[str, str, str, Callable[[Any], Any]], ...] = (
    ("django.db.models.sql.query", "Query", "__init__", _noting),
    ("django.db.models.sql.query", "RawQuery", "__init__", _noting),
    ("django.db.models.query", "ModelIterable", "__iter__", _marking),
    ("django.db.models.query", "RawModelIterable", "__iter__", _marking),
    ("django.db.models.query", "ValuesIterable", "__iter__", _marking),
    ("django.db.models.query", "ValuesListIterable", "__iter__", _marking),
    ("django.db.models.query", "NamedValuesListIterable", "__iter__", _marking),
    ("django.db.models.query", "FlatValuesListIterable", "__iter__", _marking),
    ("django.core.paginator", "Paginator", "_get_page", _paging),
)
