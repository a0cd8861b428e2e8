"""Work that takes what is left, in spans, by a limit or one by one, repeats no query per row of a set."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.models import F, Max, Min

from django_querywatch.records import N_PLUS_ONE_KINDS, Finding
from example_project.shop.factories import OrderFactory, ProductFactory
from example_project.shop.models import Category, Order, Product
from tests.recorded import report_of

pytestmark = pytest.mark.django_db
ROWS = 8


@pytest.fixture(autouse=True)
def rows() -> None:
    OrderFactory.create_batch(ROWS, status="new")
    ProductFactory.create_batch(ROWS)
    Category.objects.bulk_create(Category(name=f"c{number}") for number in range(ROWS))


def found(work: Callable[[], object]) -> tuple[Finding, ...]:
    if connection.vendor == "mysql" and work in LIMITED_SUBQUERIES:
        pytest.skip("MariaDB takes no LIMIT in the subquery of an IN")
    return report_of(work).of_kind(*N_PLUS_ONE_KINDS)


def bounds() -> tuple[int, int]:
    first, last = Order.objects.aggregate(first=Min("pk"), last=Max("pk")).values()
    return first, last + 1


def read_spans() -> None:
    for start in range(*bounds(), 2):
        list(Order.objects.filter(pk__gte=start, pk__lt=start + 2).select_related("user"))


def update_spans() -> None:
    start, end = bounds()
    while start < end:
        Order.objects.filter(pk__range=(start, start + 1)).update(status="paid")
        start += 2


def update_up_to_a_limit() -> None:
    while True:
        some = Order.objects.filter(status="new").values("pk")[:2]
        updated = Order.objects.filter(pk__in=some).update(status="paid")
        if updated == 0:
            break


def delete_up_to_a_limit() -> None:
    for _ in bounds() * 2:
        Order.objects.filter(pk__in=Order.objects.values("pk")[:2]).delete()


def delete_by_hand_up_to_a_limit() -> None:
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "DELETE FROM shop_category WHERE id IN (SELECT id FROM shop_category ORDER BY id LIMIT 2)"
            )
            if not cursor.rowcount:
                break


def work_off_a_queue() -> None:
    while True:
        with transaction.atomic():
            order = Order.objects.select_for_update().filter(status="new").order_by("pk").first()
            if order is None:
                break
            order.status = "paid"
            order.save(update_fields=["status"])


def take_one() -> Category | None:
    return Category.objects.order_by("pk").first()


def empty_a_queue() -> None:
    while (category := take_one()) is not None:
        category.delete()


def note_progress() -> None:
    order = Order.objects.earliest("pk")
    for number in list(Product.objects.values_list("pk", flat=True)):
        order.status = str(number)[:1]
        order.save(update_fields=["status"])


def note_progress_by_key() -> None:
    order = Order.objects.earliest("pk")
    for number, _ in enumerate(list(Product.objects.values_list("name", flat=True))):
        Order.objects.filter(pk=order.pk).update(status=str(number))


@pytest.mark.parametrize(
    "work",
    [
        read_spans,
        update_spans,
        update_up_to_a_limit,
        delete_up_to_a_limit,
        delete_by_hand_up_to_a_limit,
        work_off_a_queue,
        empty_a_queue,
        note_progress,
        note_progress_by_key,
    ],
)
def test_work_on_what_is_left_is_silent(work: Callable[[], None]) -> None:
    assert found(work) == ()


def ask_for_a_span_beyond_each_row() -> None:
    for product in Product.objects.all():
        list(Order.objects.filter(pk__gte=product.pk, pk__lt=product.pk + 2))


def ask_for_a_span_in_one_line() -> None:
    spans = Order.objects.filter
    [list(spans(pk__range=(product.pk, product.pk + 2))) for product in Product.objects.all()]


def ask_for_a_span_in_a_comprehension() -> None:
    spans = Order.objects.filter
    [order for product in Product.objects.all() for order in spans(pk__range=(product.pk, product.pk + 2))]


def update_one_of_each_user() -> None:
    for order in Order.objects.all():
        newest = Order.objects.filter(user=order.user_id).order_by("-pk").values("pk")[:1]
        Order.objects.filter(pk__in=newest).update(status="paid")


def save_rows() -> None:
    for order in Order.objects.all():
        order.status = "paid"
        order.save()


def save_what_each_key_leads_to() -> None:
    for key in list(Order.objects.values_list("pk", flat=True)):
        order = Order.objects.get(pk=key)
        order.status = "paid"
        order.save()


def add_up_in_the_database() -> None:
    for name in [str(category) for category in Category.objects.all()]:
        Product.objects.filter(name=name).update(stock=F("stock") + 1)


def make_rows() -> None:
    for name in [f"new {category}" for category in Category.objects.all()]:
        Category(name=name).save()


def save_one_after_the_other() -> None:
    orders = [Order.objects.get(pk=key) for key in Order.objects.values_list("pk", flat=True)]
    for order in [order for order in orders for _ in range(4)]:
        order.status += "x"
        order.save()


LIMITED_SUBQUERIES = (
    update_up_to_a_limit,
    delete_up_to_a_limit,
    delete_by_hand_up_to_a_limit,
    update_one_of_each_user,
)


@pytest.mark.parametrize(
    "work",
    [
        ask_for_a_span_beyond_each_row,
        ask_for_a_span_in_one_line,
        ask_for_a_span_in_a_comprehension,
        update_one_of_each_user,
        save_rows,
        save_what_each_key_leads_to,
        add_up_in_the_database,
        make_rows,
        save_one_after_the_other,
    ],
)
def test_work_on_each_row_is_told(work: Callable[[], None]) -> None:
    assert found(work)


def test_one_row_that_is_written_for_each_of_others_is_no_case_for_bulk_update() -> None:
    def work() -> None:
        order = Order.objects.earliest("pk")
        for product in Product.objects.all():
            order.status = product.name[:1]
            order.save()

    (finding,) = found(work)
    assert (finding.suggestion, finding.advice) == (
        None,
        "all rounds write one row: write it once, behind the loop",
    )


def test_keys_in_the_statement_tell_rows_apart() -> None:
    def work() -> None:
        for key in range(*bounds()):
            order = Order.objects.extra(where=[f"id = {key}"]).first()
            assert order is not None
            order.status = "paid"
            order.save()

    assert "n_plus_one_write" in {finding.kind for finding in found(work)}
