"""Untrusted JSON values -> records, checked against the records' own annotations."""

from __future__ import annotations

import math
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from django_querywatch.records import Budget, Finding, Frame, Report, Statement

Record = TypeVar("Record", Report, Finding, Frame, Budget, Statement)
RECORDS = (Report, Finding, Frame, Budget, Statement)
"""The types that become objects in JSON."""
_HINTS: dict[type, dict[str, Any]] = {record: get_type_hints(record) for record in RECORDS}


class FormatError(ValueError):
    """A report that cannot be read: says where, what is wrong, and what to do."""

    def __init__(
        self, where: str, problem: str, next_step: str = "Write it again with django-querywatch."
    ) -> None:
        super().__init__(f"{where} is {problem}. {next_step}")
        self.where = where


def read_record(record: type[Record], data: object, where: str) -> Record:
    """Build a record from a dict; what is missing takes the field's default."""
    if not isinstance(data, dict):
        raise _wrong(where, "an object", data)
    hints = _HINTS[record]
    values: dict[str, Any] = {}
    for field in fields(record):
        if field.name in data:
            values[field.name] = _read(hints[field.name], data[field.name], f"{where}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise FormatError(f"{where}.{field.name}", "missing")
    return record(**values)


def _read(expected: Any, value: object, where: str) -> Any:
    origin = get_origin(expected)
    if origin is UnionType:
        return _read_optional(expected, value, where)
    if origin is tuple:
        return _read_tuple(get_args(expected), value, where)
    if origin is Literal:
        return _read_choice(get_args(expected), value, where)
    if expected in _HINTS:
        return read_record(expected, value, where)
    if expected in (int, float):
        return _read_number(expected, value, where)
    if type(value) is not expected:
        raise _wrong(where, {str: "text", bool: "true or false"}[expected], value)
    return value


def _read_optional(expected: Any, value: object, where: str) -> Any:
    if value is None:
        return None
    (only,) = (option for option in get_args(expected) if option is not NoneType)
    return _read(only, value, where)


def _read_tuple(items: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _wrong(where, "a list", value)
    if items[-1] is Ellipsis:
        items = (items[0],) * len(value)
    if len(items) != len(value):
        raise FormatError(where, f"a list of {len(value)}, not of {len(items)}")
    pairs = enumerate(zip(items, value, strict=True))
    return tuple(_read(item, part, f"{where}[{index}]") for index, (item, part) in pairs)


def _read_choice(choices: tuple[str, ...], value: object, where: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise FormatError(where, f"none of {', '.join(choices)}")
    return value


def _read_number(expected: type[int] | type[float], value: object, where: str) -> int | float:
    if type(value) is int and expected is int and value >= 0:
        return value
    if type(value) in (int, float) and expected is float:
        try:
            number = float(value)  # type: ignore[arg-type]
        except OverflowError:
            number = math.inf
        if math.isfinite(number) and number >= 0:
            return number
    raise _wrong(where, f"a {'whole ' if expected is int else ''}number from 0 on", value)


def _wrong(where: str, expected: str, value: object) -> FormatError:
    # The value itself stays out of the message: it may be anything, and of any length.
    return FormatError(where, f"of type {type(value).__name__}, not {expected}")
