"""Loops that ask or write by hand: one call for all rounds where it is known what differs, and nothing of batches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from example_project.shop.factories import OrderFactory, OrderItemFactory
from example_project.shop.models import Order, OrderItem
from tests.recorded import report_of

pytestmark = pytest.mark.django_db
ROWS = 4


@pytest.fixture(autouse=True)
def shop() -> None:
    for order in OrderFactory.create_batch(ROWS):
        OrderItemFactory.create_batch(2, order=order)


def delete_few() -> None:
    for order in Order.objects.all():
        OrderItem.objects.filter(order=order, quantity__lt=1).delete()


def delete_by_a_number_of_the_row() -> None:
    for order in Order.objects.all():
        OrderItem.objects.filter(order=order, quantity__gt=order.pk + 1000).delete()


def delete_where(**conditions: object) -> None:
    OrderItem.objects.filter(**conditions).delete()


def delete_by_two_conditions_at_one_line() -> None:
    for order in Order.objects.all():
        delete_where(order=order, quantity__gt=1000)
        delete_where(order_id=order.pk, unit_price__lt=0)


def delete_with_one_value_that_is_constant() -> None:
    for order in Order.objects.all():
        OrderItem.objects.filter(quantity=0, pk__lt=order.pk).delete()


@pytest.mark.parametrize(
    ("work", "call"),
    [
        (delete_few, "filter(order__in=[...], quantity__lt=...).delete()"),
        (delete_by_a_number_of_the_row, None),
        (delete_by_two_conditions_at_one_line, None),
        (delete_with_one_value_that_is_constant, None),
    ],
)
def test_a_call_is_given_where_the_row_alone_differs(work: Callable[[], None], call: str | None) -> None:
    (finding,) = report_of(work).findings
    assert finding.kind == "n_plus_one_write"
    assert finding.suggestion == call
    assert finding.advice or call


def read_with_a_guard() -> None:
    for key in [order.pk for order in Order.objects.all()]:
        Order.objects.filter(pk=key, status__in=["open", "paid"]).first()


def write_with_a_guard() -> None:
    for key in [order.pk for order in Order.objects.all()]:
        Order.objects.filter(pk=key, status__in=["open", "paid"]).update(reference="seen")


@pytest.mark.parametrize("work", [read_with_a_guard, write_with_a_guard])
def test_a_list_beside_the_key_makes_no_batch(work: Callable[[], None]) -> None:
    (finding,) = report_of(work).findings
    assert finding.kind in ("n_plus_one", "n_plus_one_write")
    assert finding.count == ROWS


def ask_by_names_and_keys() -> None:
    for item in OrderItem.objects.all():
        for name, key in (("order", item.order_id), ("again", item.order_id + 1000)):
            Order.objects.filter(pk=key, reference__startswith=name).first()


def ask_by_keys() -> None:
    for item in OrderItem.objects.all():
        for key in (item.order_id, item.product_id):
            Order.objects.filter(pk=key).first()


@pytest.mark.parametrize("work", [ask_by_names_and_keys, ask_by_keys])
def test_values_of_a_row_in_a_loop_that_is_written_out_are_asked_for_each_row(
    work: Callable[[], None],
) -> None:
    (finding,) = [found for found in report_of(work).findings if found.kind == "n_plus_one"]
    assert finding.count >= 2 * ROWS
    OrderItem.objects.exclude(pk=OrderItem.objects.earliest("pk").pk).delete()
    assert [found for found in report_of(work).findings if found.kind == "n_plus_one"] == []


def batches(keys: list[int]) -> list[list[int]]:
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


def update_by_keys() -> None:
    keys = list(OrderItem.objects.values_list("pk", flat=True))
    for some in batches(keys):
        OrderItem.objects.filter(pk__in=some, quantity__lt=100).update(quantity=1)


def read_many_of_one() -> None:
    order, keys = Order.objects.earliest("pk"), list(OrderItem.objects.values_list("product", flat=True))
    for some in batches(keys):
        list(Order.objects.filter(pk=order.pk, items__product__in=some))


def read_unions() -> None:
    order, keys = Order.objects.earliest("pk"), list(Order.objects.values_list("pk", flat=True))
    for some in batches([*keys, *keys]):
        list(Order.objects.order_by().filter(pk=order.pk).union(Order.objects.order_by().filter(pk__in=some)))


@pytest.mark.parametrize("work", [update_by_keys, read_many_of_one, read_unions])
def test_batches_are_silent(work: Callable[[], None]) -> None:
    assert [found for found in report_of(work).findings if found.kind != "duplicate"] == []
