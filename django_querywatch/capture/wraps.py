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

from django_querywatch.capture import roles
from django_querywatch.capture.faults import guarded, report_fault
from django_querywatch.capture.lineage import ATTRIBUTE, Note, mark, note_of
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.places import places
from django_querywatch.capture.recorder import REMEMBERED_ROWS, active, local, remember_rows
from django_querywatch.capture.sightings import Evaluation
from django_querywatch.capture.sites import ClassSite, TemplateSite

_FUNCTION = 0x2  # CO_NEWLOCALS: set on functions, not on class bodies and modules
_DESCRIPTOR_DEPTH = 5
"""From `_note_build` over `Query`, `QuerySet` and the base manager to `get_queryset()` of a descriptor."""
_DEEPEST = 60
_END = object()
_ORM = os.path.join("django", "db", "")
_TEMPLATE_ENGINES = ("django.template", "jinja2")


def install_wraps() -> None:
    """Wrap each target once; a second call finds nothing to do."""
    for module, name, method, make in WRAPS:
        owner = _owner(getattr(import_module(module), name, None), method)
        if owner is None:
            roles.missing.append(f"{module}.{name}.{method}")
            continue
        original = owner.__dict__[method]
        if not hasattr(original, "querywatch_original"):
            wrapped = make(original)
            wrapped.querywatch_original = original
            setattr(owner, method, wrapped)


def _owner(cls: Any, method: str) -> Any:
    """The class that defines a method: Django 6.0 moved the paginator's to a base class."""
    return next((base for base in getattr(cls, "__mro__", ()) if method in base.__dict__), None)


def _noting(original: Callable[..., None]) -> Any:
    """`Query.__init__`: note where the query is built, and by which related manager.

    Querysets in class bodies and modules are built at import, when nothing records: those are always noted.
    """
    is_recording = active.get

    @wraps(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if is_recording() or _is_declaration():
            try:
                _note_build(self)
            except Exception as error:
                report_fault(error)

    return __init__


def _is_declaration() -> bool:
    """Whether a class body or a module builds the query, through a manager of Django's or the project's."""
    frame = sys._getframe
    try:
        return not (
            frame(5).f_code.co_flags & _FUNCTION
            and frame(6).f_code.co_flags & _FUNCTION
            and frame(7).f_code.co_flags & _FUNCTION
        )
    except ValueError:  # the stack is not that deep
        return False


def _is_descriptors(depth: int) -> bool:
    """Whether a relation's descriptor builds the query: its frame tells more when the query runs."""
    try:
        return id(sys._getframe(depth + 1).f_code) in roles.lookups
    except ValueError:  # the stack is not that deep
        return False


def _note_build(query: Any) -> None:
    if _is_descriptors(_DESCRIPTOR_DEPTH):
        return
    frame: FrameType | None = sys._getframe(2)
    manager = site = None
    is_foreign: bool | None = None
    is_admin_list = False
    owners: list[FrameType] = []
    for _ in range(_DEEPEST):
        if frame is None:
            break
        facts = places.by_id.get(id(frame.f_code)) or places.add(frame.f_code, frame.f_globals)
        role = facts.role
        if role is not None:
            if role.kind == roles.RELATION:
                return  # the descriptor's own frame tells more when the query runs
            if role.kind == roles.MANAGER and manager is None:
                manager = frame.f_locals.get("self")
            elif role.kind == roles.TEMPLATE_NODE:
                template = TemplateSite(frame.f_locals["self"])
                if template.is_project:
                    site = template
                    break
            elif role.kind in (roles.VIEW, roles.BOUNDARY, roles.THREAD_HANDLER):
                break
            elif role.kind == roles.ADMIN_QUERYSET:
                is_admin_list = True
                owners.append(frame)
            elif role.kind in (roles.CLASS_VIEW, roles.ADMIN_ROW):
                owners.append(frame)
                break
        elif facts.is_project:
            if not _is_builder(frame):
                site = facts.site(frame.f_lasti)
                break
        else:
            owners.append(frame)
        if (
            manager is not None
            and is_foreign is None
            and role is None
            and _ORM not in frame.f_code.co_filename
        ):
            is_foreign = not facts.is_project and not frame.f_globals["__name__"].startswith(
                _TEMPLATE_ENGINES
            )
        frame = frame.f_back
    if site is None:
        site = _driven_class(owners)
    note = Note(site, manager, bool(is_foreign))
    note.is_admin_list = is_admin_list and isinstance(site, ClassSite)
    setattr(query, ATTRIBUTE, note)


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
        code = frame.f_code
        if not code.co_argcount or code.co_varnames[0] != "self":
            continue
        owner = frame.f_locals.get("self")
        if owner is None or is_a(owner, (Model, *_builder_types())):
            continue
        site = ClassSite(type(owner), ("queryset", "model", "list_display"))
        if site.is_project:
            return site
    return None


def _marking(original: Callable[[Any], Iterator[Any]]) -> Any:
    """`ModelIterable.__iter__`: point each instance to the node of its evaluation."""

    is_recording = active.get

    @wraps(original)
    def __iter__(self: Any) -> Iterator[Any]:
        if not is_recording():
            return original(self)
        evaluation = _begin(self)
        if self.chunked_fetch:
            return _mark_chunks(original(self), evaluation)
        outer, local.evaluation = local.evaluation, evaluation
        try:
            rows = list(original(self))
        finally:
            local.evaluation = outer
        if rows and evaluation is not None:
            _mark(rows, evaluation)
        return iter(rows)

    return __iter__


@guarded
def _begin(iterable: Any) -> Evaluation:
    return Evaluation(iterable.queryset, iterable)


def _mark_chunks(rows: Any, evaluation: Evaluation | None) -> Iterator[Any]:
    """Mark row by row: an iterator is there so that rows need not be held together."""
    outer, local.evaluation = local.evaluation, evaluation
    try:
        row = next(rows, _END)
    finally:
        local.evaluation = outer
    try:
        while row is not _END:
            if evaluation is not None:
                _mark([row], evaluation)
            yield row
            row = next(rows, _END)
    finally:
        rows.close()


@guarded
def _mark(rows: list[Any], evaluation: Evaluation) -> None:
    node = evaluation.node
    if node is None:
        return
    if node.is_many and not node.path and node.rows < REMEMBERED_ROWS:
        remember_rows(rows[:REMEMBERED_ROWS], node)
    if evaluation.has_instances:
        mark(rows, node, getattr(evaluation.queryset.query, "select_related", False))
    else:
        node.rows += len(rows)


def _paging(original: Callable[..., Any]) -> Any:
    """`Paginator._get_page`: a slice of one row is a page that happened to have one."""

    @wraps(original)
    def _get_page(self: Any, object_list: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            note = note_of(object_list) if active.get() else None
            if note is not None:
                page = Note(note.site, note.manager, note.is_foreign, is_page=True)
                page.is_admin_list = note.is_admin_list
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
