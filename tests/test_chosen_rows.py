"""One relation asked for all its rows and for some of them: what is read of the some, no prefetch of all serves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import QuerySet

from django_querywatch import record
from django_querywatch.records import Finding
from example_project.shop.factories import OrderFactory, OrderItemFactory
from example_project.shop.models import Order

pytestmark = pytest.mark.django_db
ROWS = 4


@pytest.fixture(autouse=True)
def shop() -> None:
    for order in OrderFactory.create_batch(ROWS):
        OrderItemFactory.create_batch(2, order=order)


def all_then_some(orders: QuerySet[Order]) -> None:
    for order in orders:
        assert len(order.items.all())
        for item in order.items.filter(quantity__gt=0):
            assert item.product.name


def some_then_all(orders: QuerySet[Order]) -> None:
    for order in orders:
        assert len(order.items.filter(quantity__gt=0))
        for item in order.items.all():
            assert item.product.name


def both(orders: QuerySet[Order]) -> None:
    for order in orders:
        for item in order.items.all():
            assert item.product.name
        for item in order.items.filter(quantity__gt=0):
            assert item.product.name


def products_in(work: Callable[[QuerySet[Order]], None], orders: QuerySet[Order]) -> list[Finding]:
    with record() as recording:
        work(orders)
    report = recording.report()
    assert not report.failed
    return [finding for finding in report.findings if finding.path == "items__product"]


PREFETCH = 'prefetch_related("items__product")'


@pytest.mark.parametrize(
    ("work", "suggestions"), [(all_then_some, [None]), (some_then_all, [PREFETCH]), (both, [None, PREFETCH])]
)
def test_the_fix_is_for_rows_that_it_serves(
    work: Callable[[QuerySet[Order]], None], suggestions: list[str | None]
) -> None:
    found = products_in(work, Order.objects.all())
    assert sorted((finding.suggestion for finding in found), key=str) == suggestions
    assert len({finding.id for finding in found}) == len(found)
    for finding in found:
        assert finding.suggestion or "Prefetch(queryset=...)" in (finding.advice or "")


@pytest.mark.parametrize(("work", "left"), [(some_then_all, 0), (both, 1)])
def test_the_fix_leaves_nothing_of_what_it_serves(work: Callable[[QuerySet[Order]], None], left: int) -> None:
    found = products_in(work, Order.objects.prefetch_related("items__product"))
    assert [finding.suggestion for finding in found] == [None] * left
