"""What a query's parameters were, as a hash: nothing of them is kept."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from types import NoneType
from typing import Any
from uuid import UUID

_COMPARED_BY_VALUE = frozenset({NoneType, bool, bytes, date, datetime, Decimal, float, int, str, time, UUID})
"""Types whose hash tells their values apart, up to 2**60; all but -1 and -2, as no hash in Python is -1."""
_number = count()


def value_of(sql: str, params: Any) -> int:
    """A hash of what was asked, equal for the same question; Python salts it per process."""
    values = tuple(params.items()) if isinstance(params, dict) else tuple(params or ())
    if not _COMPARED_BY_VALUE.issuperset(map(type, values)) or -2 in map(hash, values):
        values = tuple(map(_value_in, values))
    return hash((sql, values))


def _value_in(value: Any) -> Any:
    """What stands for a parameter: its hash, or what it holds where it has no hash of its value.

    Python's own hash of an object is its address, which the next query's parameter often gets again once this one is
    gone: PostgreSQL's drivers wrap JSON in such objects, as `obj` in psycopg 3 and `adapted` in psycopg2.
    """
    kind = type(value)
    if kind is timedelta:
        return kind, repr(value)
    if kind in _COMPARED_BY_VALUE:
        return (kind, repr(value)) if hash(value) == -2 else value
    if issubclass(kind, (list, tuple)):
        return kind, tuple(map(_value_in, value))
    if issubclass(kind, dict):
        return kind, tuple((key, _value_in(item)) for key, item in value.items())
    if issubclass(kind, (bytearray, memoryview)):
        return hash(bytes(value))
    if vars(kind).get("__hash__", kind.__hash__) not in (None, object.__hash__):
        try:
            return hash(value)
        except TypeError:  # it holds something without a hash
            return _UnlikeAnyOther, next(_number)
    if any(base.__module__.startswith("psycopg") for base in kind.__mro__):
        return kind, _value_in(value.obj if hasattr(value, "obj") else getattr(value, "adapted", None))
    return _UnlikeAnyOther, next(_number)


class _UnlikeAnyOther:
    """Marks a parameter of which nothing tells whether it equals another: two of them are two."""
