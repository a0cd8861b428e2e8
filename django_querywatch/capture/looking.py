"""Looking at a user's objects without waking them.

A lazy object answers `isinstance`, `hasattr` and most attributes by evaluating itself, which may run a query:
values found on the stack are asked for their real type and their own attributes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any
from uuid import UUID

from django.db.models import Field, ForeignObjectRel, Model, QuerySet
from django.db.models.manager import BaseManager

KEY_TYPES = (int, str, UUID, Decimal, date)
"""Types of values that lead from one row to another query."""

EXACT_KEY_TYPES = frozenset({*KEY_TYPES, datetime})
_DATA = (
    int,
    float,
    Decimal,
    date,
    UUID,
    bytes,
    list,
    tuple,
    dict,
    set,
    frozenset,
    Model,
    QuerySet,
    BaseManager,
)
_MOST_KEYS = 20
_NAMED = (FunctionType, MethodType, BuiltinFunctionType, type)


def is_a(value: Any, types: type | tuple[type, ...]) -> bool:
    """`isinstance` by the real type."""
    return issubclass(type(value), types)


def own_attributes(value: Any) -> Mapping[str, Any]:
    """The instance's own attributes, without its class's say."""
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return attributes if type(attributes) is dict else {}


def is_key(value: Any) -> bool:
    """Whether a value could be the parameter by which a row leads to another query."""
    kind = type(value)
    return kind in EXACT_KEY_TYPES or (issubclass(kind, KEY_TYPES) and kind is not bool)


def keys_among(values: Any) -> list[Any]:
    """The first of a query's parameters, or of listed values, that could be keys."""
    given = values.values() if is_a(values, dict) else values or ()
    return list(islice(filter(is_key, given), _MOST_KEYS))


def rows_in(value: Any) -> list[Any]:
    """The model instances that a value is or holds: itself, an element of a tuple, an attribute."""
    if is_a(value, Model):
        return [value]
    if is_a(value, (str, bytes, int, float, list, type)) or value is None:
        return []  # a list is a batch of rows, not a row
    if is_a(value, tuple):
        held: Any = tuple.__getitem__(value, slice(8))
    elif is_a(value, dict):
        held = list(dict.values(value)) if len(value) <= 32 else ()
    else:
        held = list(own_attributes(value).values())
    return [item for item in held if is_a(item, Model)]


def is_declared(value: Any) -> bool:
    """Whether a value is code or part of a model's declaration: a field, a class, a function; never data."""
    if is_a(value, FunctionType):  # a closure and a default may hold a row
        return value.__closure__ is None and not value.__defaults__
    return is_a(value, (type, Field, ForeignObjectRel))


def is_plain_value(value: Any) -> bool:
    """Whether a value is a row or another plain value: an attribute `name` of it is no declared name."""
    return is_a(value, _DATA)


def declared_name(value: Any) -> Any:
    """What tells one declared thing from another: its name where it has one."""
    if is_a(value, str):  # a field's name, and not some text or key that happens to be iterated
        return value if value.isidentifier() else ""
    if is_a(value, _NAMED):
        return value.__qualname__
    attributes = own_attributes(value)
    for attribute in ("field_name", "name"):
        if is_a(attributes.get(attribute), str):
            return attributes[attribute]
    return type(value).__qualname__
