"""Whether two queries asked the same: parameters are compared by value, whatever objects a driver wraps them in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import JSONField, Value
from django.db.models.functions import Cast

from django_querywatch import record
from django_querywatch.capture.parameters import value_of
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order

SQL = "SELECT 1 WHERE %s"
Json = type(
    "Json", (), {"__module__": "psycopg.types.json", "__init__": lambda self, obj: vars(self).update(obj=obj)}
)


class Own:
    """Somebody's own parameter, which a driver was taught to adapt."""


class Compared:
    """Equal by value, and therefore without a hash."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Compared) and other.number == self.number


@dataclass(frozen=True)
class Holder:
    """It has a hash by its looks, which raises."""

    values: list[int]


@pytest.mark.parametrize(
    ("one", "same", "another"),
    [
        (["a"], ["a"], ["b"]),
        ([[1, 2]], [[1, 2]], [[1, 3]]),
        ({"key": 1}, {"key": 1}, {"key": 2}),
        ([{"key": [1]}], [{"key": [1]}], [{"key": [2]}]),
        ([bytearray(b"a")], [bytearray(b"a")], [bytearray(b"b")]),
        ([memoryview(bytearray(b"a"))], [memoryview(b"a")], [memoryview(b"b")]),
        ([Json({"a": 1})], [Json({"a": 1})], [Json({"a": 2})]),
        ([Json({})], [Json({})], [Json([])]),
        ([None, [None]], [None, [None]], [None, [0]]),
        ([-1], [-1], [-2]),
        ([[-1.0]], [[-1.0]], [[-2.0]]),
        ([timedelta(days=-1)], [timedelta(days=-1)], [timedelta(days=-2)]),
        ([[Json(["x" * 50 + "a"])]], [[Json(["x" * 50 + "a"])]], [[Json(["x" * 50 + "b"])]]),
    ],
    ids=[
        "plain",
        "list",
        "named",
        "dict",
        "bytearray",
        "memoryview",
        "JSON",
        "empty JSON",
        "None",
        "-1",
        "-1.0",
        "timedelta",
        "array of JSON",
    ],
)
def test_parameters_are_compared_by_value(one: Any, same: Any, another: Any) -> None:
    assert value_of(SQL, one) == value_of(SQL, same)
    assert value_of(SQL, one) != value_of(SQL, another)


@pytest.mark.parametrize("make", [object, Own, lambda: Json(Own()), lambda: Compared(1), lambda: Holder([1])])
def test_a_parameter_without_a_value_of_its_own_is_like_no_other(make: Any) -> None:
    # One after the other, so that each gets the address of the one before it.
    assert len({value_of(SQL, [make()]) for _ in range(50)}) == 50


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="others take JSON as text")
@pytest.mark.parametrize(("is_same", "kind"), [(True, "duplicate"), (False, "n_plus_one")])
def test_json_in_a_loop(is_same: bool, kind: str) -> None:
    def ask(number: int) -> None:
        list(Order.objects.annotate(data=data).filter(data__contains={"a": number}))

    OrderFactory.create_batch(30)
    data = Cast(Value(json.dumps({"a": 1})), JSONField())
    with record() as recording:
        for order in Order.objects.all():
            ask(1 if is_same else order.pk)
    assert [finding.kind for finding in recording.report().findings] == [kind]
