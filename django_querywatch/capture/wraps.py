"""The few methods of Django's ORM that are wrapped, so that instances and queries know where they came from.

No descriptor is replaced and no user object changes its type. A wrap whose target has moved in some Django is
left out and named by `missing_targets()`; what it would have told is then not known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from inspect import signature
from typing import Any

from django.db.models.base import ModelState

from django_querywatch.capture import roles
from django_querywatch.capture.builds import Declarations, is_declaration, note_build
from django_querywatch.capture.faults import guarded, report_fault
from django_querywatch.capture.lineage import ATTRIBUTE, mark, note_of
from django_querywatch.capture.recorder import active, local, remember_rows
from django_querywatch.capture.sighting import Evaluation
from django_querywatch.capture.sources import REMEMBERED_ROWS

_END = object()


def install_wraps() -> None:
    """Wrap each target once; a second call finds nothing to do."""
    # Instances of a class share the keys of their dictionaries, but only those that its first instances had.
    setattr(ModelState(), ATTRIBUTE, None)
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
    """`Query.__init__` and its like: note where the query is built, and by which related manager.

    Querysets in class bodies and modules are built at import, when nothing records: those are always noted.
    """
    if tuple(signature(original).parameters) == ("self", "model", "alias_cols"):
        return _noting_query(original)

    @wraps(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        try:
            if active.get() or is_declaration():
                note_build(self)
        except Exception as error:
            report_fault(error)

    return __init__


def _noting_query(original: Callable[..., None]) -> Any:
    """The same for the signature of Django 5.2 to 6.1: every lazy relation comes by here, recorded or not.

    Parameters passed by name and a comparison in place of a call cost a third of what the general way costs:
    0.25 % of a page of lazy foreign keys where nothing records.
    """
    is_recording = active.get
    modules, declarations = sys.modules, Declarations

    @wraps(original)
    def __init__(self: Any, model: Any, alias_cols: bool = True) -> None:
        original(self, model, alias_cols)
        try:
            if is_recording() or (len(modules) != declarations.modules and is_declaration()):
                note_build(self)
        except Exception as error:
            report_fault(error)

    return __init__


def _marking(original: Callable[[Any], Iterator[Any]]) -> Any:
    """`ModelIterable.__iter__`: point each instance to the node of its evaluation."""

    is_recording = active.get
    mark_safely = guarded(_mark)

    def row_by_row(rows: Any, evaluation: Evaluation | None) -> Iterator[Any]:
        # An iterator is there so that rows need not be held together.
        thread = local.thread
        outer, thread.evaluation = thread.evaluation, evaluation
        try:
            row = next(rows, _END)
        finally:
            thread.evaluation = outer
        try:
            while row is not _END:
                if evaluation is not None:
                    mark_safely([row], evaluation)
                yield row
                row = next(rows, _END)
        finally:
            rows.close()

    @wraps(original)
    def __iter__(self: Any) -> Iterator[Any]:
        if not is_recording():
            return original(self)
        evaluation = None
        try:
            evaluation = Evaluation(self.queryset, self)
        except Exception as error:
            report_fault(error)
        if self.chunked_fetch:
            return row_by_row(original(self), evaluation)
        thread = local.thread
        outer, thread.evaluation = thread.evaluation, evaluation
        try:
            rows = list(original(self))
        finally:
            thread.evaluation = outer
        try:
            if rows and evaluation is not None:
                _mark(rows, evaluation)
        except Exception as error:
            report_fault(error)
        return iter(rows)

    return __iter__


def _mark(rows: list[Any], evaluation: Evaluation) -> None:
    node = evaluation.node
    if node is None:
        return
    if node.is_many and not node.path and node.rows < REMEMBERED_ROWS:
        remember_rows(rows, node)
    if evaluation.has_instances:
        if not node.path:
            node.root.alias = rows[0]._state.db
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
                setattr(object_list.query, ATTRIBUTE, note.as_page())
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
