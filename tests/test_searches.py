"""A loop that goes on until a query finds what it looks for is silent; one that looks for each row is told."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from django_querywatch.records import N_PLUS_ONE_KINDS
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Category, Order
from tests.recorded import report_of

pytestmark = pytest.mark.django_db
TAKEN = 5


@pytest.fixture(autouse=True)
def rows() -> None:
    Category.objects.bulk_create(Category(name=f"new-{number}") for number in range(TAKEN))
    OrderFactory.create_batch(TAKEN, status="new")


def is_taken(name: str) -> bool:
    return Category.objects.filter(name=name).exists()


def asked_by_the_loop() -> None:
    name, number = "new-0", 0
    while Category.objects.filter(name=name).exists():
        number += 1
        name = f"new-{number}"


def asked_by_a_helper() -> None:
    number = 0
    while is_taken(f"new-{number}"):
        number += 1


def kept_under_a_name() -> None:
    number = 0
    taken = is_taken("new-0")
    while taken:
        number += 1
        taken = is_taken(f"new-{number}")


def next_by_the_one_before() -> None:
    order = Order.objects.earliest("pk")
    while order is not None:
        order = Order.objects.filter(pk=order.pk + 1).first()


def left_by_break() -> None:
    number = 0
    while True:
        if not Category.objects.filter(name=f"new-{number}").exists():
            break
        number += 1


def left_by_return() -> str:
    for number in itertools.count():
        name = f"new-{number}"
        if not is_taken(name):
            return name
    raise AssertionError


def for_each_row() -> None:
    for order in Order.objects.all():
        name = order.reference
        while Category.objects.filter(name=name).exists():
            name += "-"


def for_each_line() -> None:
    for name in [order.reference for order in Order.objects.all()]:
        free = name
        while is_taken(free):
            free += "-"


def what_is_left_of_keys() -> None:
    keys = list(Order.objects.values_list("pk", flat=True))
    while keys:
        Order.objects.get(pk=keys.pop())


def what_is_left_until_a_break() -> None:
    keys = list(Order.objects.values_list("pk", flat=True))
    while True:
        if not keys:
            break
        Order.objects.get(pk=keys.pop())


def read_of_rows_that_are_left() -> None:
    orders = list(Order.objects.all())
    while orders and orders.pop().user.email:
        pass


def found(work: Callable[[], object]) -> bool:
    report = report_of(work)
    assert report.query_count >= TAKEN
    return bool(report.of_kind(*N_PLUS_ONE_KINDS))


@pytest.mark.parametrize(
    "work",
    [
        asked_by_the_loop,
        asked_by_a_helper,
        kept_under_a_name,
        next_by_the_one_before,
        left_by_break,
        left_by_return,
    ],
)
def test_a_search_ends_by_its_answer(work: Callable[[], object]) -> None:
    assert not found(work)


@pytest.mark.parametrize(
    "work",
    [
        for_each_row,
        for_each_line,
        what_is_left_of_keys,
        what_is_left_until_a_break,
        read_of_rows_that_are_left,
    ],
)
def test_what_is_asked_for_each_row_is_none(work: Callable[[], None]) -> None:
    assert found(work)
