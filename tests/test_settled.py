"""The short way of a settled call site: it counts what the long way would, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from django_querywatch import Config, record
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order

ROWS = 5

with isolate_apps("tests"):

    class Person(models.Model):
        name = models.CharField(max_length=20)

        class Meta:
            app_label = "tests"

    class Deal(models.Model):
        buyer = models.ForeignKey(Person, models.CASCADE, related_name="bought")
        seller = models.ForeignKey(Person, models.CASCADE, related_name="sold")

        class Meta:
            app_label = "tests"


@pytest.fixture
def deals(transactional_db: None) -> Iterator[Any]:
    """Rows with two keys to one model, which are fetched by the same words."""
    with connection.schema_editor() as editor:
        editor.create_model(Person)
        editor.create_model(Deal)
    people = [Person.objects.create(name=f"person {number}") for number in range(2 * ROWS)]
    for number in range(ROWS):
        Deal.objects.create(buyer=people[number], seller=people[ROWS + number])
    yield Deal.objects.order_by("pk")
    with connection.schema_editor() as editor:
        editor.delete_model(Deal)
        editor.delete_model(Person)


def read_each_by_name(rows: Any) -> None:
    for row in rows:
        for name in ("buyer", "seller"):
            getattr(row, name)


def read_both_at_once(rows: Any) -> None:
    both = attrgetter("buyer.name", "seller.name")
    for row in rows:
        both(row)


def name_of(row: Any, relation: str) -> str:
    return str(getattr(row, relation).name)


def read_one_after_the_other(rows: Any) -> None:
    rows = list(rows)
    for relation in ("buyer", "seller"):
        for row in rows:
            name_of(row, relation)


def read_as_written(rows: Any) -> None:
    for row in rows:
        assert row.buyer.name != row.seller.name


@pytest.mark.parametrize(
    "read", [read_each_by_name, read_both_at_once, read_one_after_the_other, read_as_written]
)
def test_two_keys_to_one_model_are_told_apart(deals: Any, read: Callable[[Any], None]) -> None:
    with record() as recording:
        read(deals)
    told = {finding.path: (finding.count, finding.suggestion) for finding in recording.report().findings}
    assert told == {
        "buyer": (ROWS, 'select_related("buyer")'),
        "seller": (ROWS, 'select_related("seller")'),
    }


def has_deals(person: Any) -> bool:
    return bool(person.bought.exists())


def count_deals(person: Any) -> int:
    return int(person.bought.filter(seller__isnull=False).count())


@pytest.mark.parametrize("ask", [has_deals, count_deals])
def test_a_line_that_asks_of_two_relations_counts_for_each(deals: Any, ask: Callable[[Any], Any]) -> None:
    with record() as recording:
        for deal in deals.select_related("buyer", "seller"):
            ask(deal.buyer)
            ask(deal.seller)
    told = {finding.path: finding.count for finding in recording.report().findings}
    assert told == {"buyer__bought": ROWS, "seller__bought": ROWS}


@pytest.mark.django_db
@pytest.mark.parametrize("shows", [True, False])
def test_parameters_are_shown_of_three_queries(shows: bool) -> None:
    OrderFactory.create_batch(ROWS)
    with record(config=Config(show_params=shows)) as recording:
        assert [order.user.email for order in Order.objects.all()]
    (finding,) = recording.report().findings
    assert len(finding.parameters) == (3 if shows else 0)
