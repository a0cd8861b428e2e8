"""Whether anybody reads the large columns of rows: the descriptors of these columns, made to tell.

Only while `UNREAD_COLUMNS` is set. The values stay where they are, in a row's `__dict__`; but Python asks the class
first for a name whose descriptor can be set, and so a descriptor that can hears of each reading. It hears nothing
of code that looks into the `__dict__`, of which `reach` asks the source; pickling and deep copies read all.
"""

from __future__ import annotations

from inspect import getattr_static
from typing import Any

from django.db.models.query_utils import DeferredAttribute

from django_querywatch.capture.eager_caches import Loading, Tally, note_all_used
from django_querywatch.capture.faults import fault_boundary
from django_querywatch.capture.lineage import Forgotten

ATTRIBUTE = "_querywatch_columns"
"""Name of the watch on a row's `_state`."""
_SAMPLE = 3
"""Rows that are weighed."""
_LEAST_SHARE = 0.1
"""Of its row, that a column must hold: leaving out less is not worth a change."""


class ColumnWatch(Forgotten):
    """On the state of each row of one loading: whom to tell when a column is read."""

    __slots__ = ("by_name", "loading")

    def __init__(self, by_name: dict[str, Tally], loading: Loading) -> None:
        self.by_name = by_name
        self.loading = loading

    def __reduce__(self) -> Any:
        self._note_all()
        return super().__reduce__()

    def __deepcopy__(self, memo: Any) -> None:
        self._note_all()

    def _note_all(self) -> None:
        note_all_used(self.by_name.values())


def large_columns(rows: list[Any], row_size: int) -> list[str]:
    """The columns that make the first rows as large as `row_size`, in bytes or characters."""
    found: set[str] = set()
    for row in rows[:_SAMPLE]:
        values = row.__dict__
        sizes = {name: _size(values.get(name)) for name in _told_names(type(row))}
        whole = sum(sizes.values())
        if whole >= row_size:
            found.update(name for name, size in sizes.items() if size >= whole * _LEAST_SHARE)
    return sorted(found)


def watch_columns(rows: list[Any], by_name: dict[str, Tally], loading: Loading) -> None:
    """Let these rows tell when one of these columns is read."""
    for model in set(map(type, rows)):
        for name in by_name:
            descriptor = getattr_static(model, name)
            if type(descriptor) is DeferredAttribute:
                descriptor.__class__ = TellingColumn
    watch = ColumnWatch(by_name, loading)
    for row in rows:
        names = row._state.__dict__
        if names.get(ATTRIBUTE) is None:
            names[ATTRIBUTE] = watch
        else:  # the row belongs to another loading, too: who reads it for which, nobody knows
            note_all_used(by_name.values())


class TellingColumn(DeferredAttribute):
    """What Django's descriptor of a large column becomes: it tells, and does what it did."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is not None:
            with fault_boundary:
                _note_reading(instance, self.field.attname)
        return super().__get__(instance, cls)

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value

    def __delete__(self, instance: Any) -> None:
        name = self.field.attname
        try:
            del instance.__dict__[name]
        except KeyError:
            message = f"{type(instance).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message, name=name, obj=instance) from None


def _note_reading(row: Any, name: str) -> None:
    state = row.__dict__.get("_state")
    watch = state.__dict__.get(ATTRIBUTE) if state is not None else None
    tally = watch.by_name.get(name) if watch is not None else None
    if tally is not None:
        tally.is_used = True


def _told_names(model: Any) -> list[str]:
    """Columns whose descriptor is Django's own; of another type, one that can be set may do something else."""
    return [
        field.attname
        for field in model._meta.concrete_fields
        if type(getattr_static(model, field.attname, None)) in (DeferredAttribute, TellingColumn)
    ]


def _size(value: Any) -> int:
    if isinstance(value, (str, bytes, bytearray)):
        return len(value)
    if isinstance(value, memoryview):
        return value.nbytes
    return len(repr(value)) if isinstance(value, (dict, list)) else 0
