"""The same question again: one, whatever else is written in between, and a new one once its own table is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from django_querywatch.records import Finding
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Category, Order
from tests.recorded import report_of

pytestmark = pytest.mark.django_db
ROUNDS = 6
"""More than it takes for a write in a loop to be settled."""


def duplicates_of(work: Callable[[], object]) -> list[Finding]:
    return list(report_of(work).of_kind("duplicate"))


def ask() -> str:
    return Order.objects.get(reference="first").reference


def write_another_table_between() -> None:
    ask()
    Category.objects.create(name="new")
    ask()


def write_another_table_after_each() -> None:
    for _ in range(ROUNDS):
        ask()
        Category.objects.filter(pk=0).update(name="new")


def write_its_table_between() -> None:
    ask()
    Order.objects.filter(pk=0).update(status="paid")
    ask()


def save_each_and_ask() -> None:
    for order in Order.objects.all():
        order.status = Order.Status.PAID
        order.save()
        Order.objects.count()


@pytest.fixture(autouse=True)
def orders() -> None:
    OrderFactory(reference="first")
    OrderFactory.create_batch(ROUNDS)


@pytest.mark.parametrize(
    ("work", "count"), [(write_another_table_between, 2), (write_another_table_after_each, ROUNDS)]
)
def test_a_write_of_another_table_makes_no_new_question(work: Callable[[], object], count: int) -> None:
    (finding,) = duplicates_of(work)
    assert (finding.model, finding.count) == ("shop.Order", count)


@pytest.mark.parametrize("work", [write_its_table_between, save_each_and_ask])
def test_a_write_of_its_own_table_does(work: Callable[[], object]) -> None:
    assert not duplicates_of(work)
