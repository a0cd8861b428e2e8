"""The same question again: where its own queryset is built, and how often it is asked."""

from __future__ import annotations

from inspect import getsourcelines

import pytest

from django_querywatch import record
from django_querywatch.reporters.text import render_finding
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Category, Order

pytestmark = pytest.mark.django_db
ROWS = 3


@pytest.fixture(autouse=True)
def orders() -> None:
    OrderFactory.create_batch(ROWS)
    Category.objects.create(name="a")


def ask_alike_for_each() -> None:
    for order in Order.objects.all():
        assert order.pk
        Category.objects.first()


def test_rows_of_a_loop_do_not_lead_to_what_is_asked_alike_for_each() -> None:
    with record() as recording:
        ask_alike_for_each()
    (finding,) = recording.report().findings
    assert finding.kind == "duplicate"
    assert finding.origin == finding.location
    assert finding.location is not None
    assert finding.location.line == getsourcelines(ask_alike_for_each)[1] + 3


def count(status: str) -> int:
    return Order.objects.filter(status=status).count()


def test_three_questions_asked_twice_are_not_one_asked_six_times() -> None:
    with record() as recording:
        for _ in (1, 2):
            count("open")
            count("paid")
            count("sent")
    (finding,) = recording.report().findings
    assert (finding.kind, finding.count, finding.avoidable) == ("duplicate", 6, 3)
    assert "6 times in all, 3 times with parameters that were asked by before" in render_finding(finding)


def test_one_question_is_told_as_one() -> None:
    with record() as recording:
        for _ in (1, 2, 3):
            count("open")
    (finding,) = recording.report().findings
    assert "fetched 3 times with the same parameters" in render_finding(finding)


def is_last(order: Order) -> bool:
    return order == Order.objects.all().last()


def ask_in_two_places() -> None:
    assert Order.objects.all().last()
    for order in list(Order.objects.all()):
        is_last(order)


def test_the_source_of_the_place_that_asks_most_stands_beside_it() -> None:
    with record() as recording:
        ask_in_two_places()
    (finding,) = recording.report().findings
    rarely, often = (getsourcelines(function)[1] + 1 for function in (ask_in_two_places, is_last))
    assert [place.line for place in finding.locations] == [often, rarely]
    assert (finding.location, finding.source) == (
        finding.locations[0],
        "return order == Order.objects.all().last()",
    )
