"""Queries that an installed package makes for itself: reported, and no line of the project is told to change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db.models import Case, IntegerField, Value, When

from django_querywatch import record
from django_querywatch.records import Finding
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Category, Order, Product

pytestmark = pytest.mark.django_db

INSTALLED = "/srv/venv/lib/python3.13/site-packages/acme/tags.py"
PASSING_ON = "/srv/venv/lib/python3.13/site-packages/rest_framework/fields.py"
SOURCE = """
def tag(product):
    return Category.objects.get_or_create(name=f"about {product.name}")

def find(product):
    return Category.objects.get(name=product.name)
"""


def installed(name: str, file: str) -> Callable[[Product], Any]:
    """A function as an installed package would have it."""
    names: dict[str, Any] = {"__name__": "acme.tags", "Category": Category}
    exec(compile(SOURCE, file, "exec"), names)
    function: Callable[[Product], Any] = names[name]
    return function


def tag(product: Product) -> Any:
    return Category.objects.get_or_create(name=f"about {product.name}")


def find(product: Product) -> Any:
    return Category.objects.get(name=product.name)


def findings_of(ask: Callable[[Product], Any], rows: int = 4) -> tuple[Finding, ...]:
    for number in range(rows):
        Product.objects.create(name=f"product {number}", price=1)
        Category.objects.create(name=f"product {number}")
    with record() as recording:
        for product in Product.objects.all():
            ask(product)
    return recording.report().findings


@pytest.mark.parametrize("name", ["tag", "find"])
def test_what_a_library_asks_is_found_and_offers_no_fix(name: str) -> None:
    (finding,) = findings_of(installed(name, INSTALLED))
    assert finding.kind in ("n_plus_one", "n_plus_one_write")
    assert finding.suggestion is None
    assert finding.advice


@pytest.mark.parametrize("ask", [tag, find, installed("tag", PASSING_ON), installed("find", PASSING_ON)])
def test_what_the_project_asks_offers_one(ask: Callable[[Product], Any]) -> None:
    (finding,) = findings_of(ask)
    assert finding.suggestion is not None


def test_what_the_project_asks_does_not_speak_for_a_library() -> None:
    ask = installed("find", INSTALLED)
    for name in ("a", "b", "c"):
        Product.objects.create(name=name, price=1)
        Category.objects.create(name=name)
    with record() as recording:
        find(Product.objects.get(name="a"))
        find(Product.objects.get(name="b"))
        for product in Product.objects.all():
            ask(product)
    finding = next(one for one in recording.report().findings if one.kind == "n_plus_one")
    assert finding.suggestion is None


def test_what_validation_asks_has_no_queryset_to_change() -> None:
    OrderFactory.create_batch(4)
    with record() as recording:
        for order in Order.objects.all():
            order.full_clean()
    findings = recording.report().findings
    assert findings
    assert [finding.suggestion for finding in findings] == [None] * len(findings)


def settings_row(product: Product) -> Any:
    """Its values are also those of a row, and choose nothing."""
    rank = Case(When(name="none", then=Value(product.pk)), default=Value(0), output_field=IntegerField())
    return list(Category.objects.annotate(rank=rank))


def test_values_outside_of_the_conditions_lead_from_no_row() -> None:
    assert findings_of(settings_row, rows=1) == ()


def test_values_in_the_conditions_do() -> None:
    (finding,) = findings_of(find, rows=1)
    assert finding.kind == "potential_n_plus_one"


def test_the_queryset_that_asks_again_is_the_one_to_change() -> None:
    names = json.loads('["a", "b", "c"]')
    Category.objects.bulk_create([Category(name=name) for name in names])
    with record() as recording:
        for name in names:
            Category.objects.get(name=name)
    (finding,) = recording.report().findings
    assert finding.origin == finding.location
    assert finding.origin is not None


GATHERING = """
async def resolve(products, ask):
    return await asyncio.gather(*[ask(product) for product in products])
"""


async def find_later(product: Product) -> Any:
    return await Category.objects.aget(name=product.name)


def test_what_a_library_gathers_was_not_written_out_by_its_caller() -> None:
    """As GraphQL resolves the fields of rows: the one call of it is no list of what is asked."""
    names: dict[str, Any] = {"__name__": "acme.tags", "asyncio": asyncio}
    exec(compile(GATHERING, INSTALLED, "exec"), names)
    for number in range(4):
        Product.objects.create(name=f"product {number}", price=1)
        Category.objects.create(name=f"product {number}")

    async def respond() -> Any:
        products = [product async for product in Product.objects.all()]
        return await names["resolve"](products, find_later)

    with record() as recording:
        async_to_sync(respond)()
    (finding,) = recording.report().findings
    assert (finding.kind, finding.count) == ("n_plus_one", 4)
    assert finding.location is not None
    assert finding.location.function == "find_later"


EVALUATING = """
from django.db.models import QuerySet
from django.db.models.query import ModelIterable

class Others(ModelIterable):
    def __iter__(self):
        yield from Order.objects.filter(pk__in=[row.pk for row in super().__iter__()])

class Bringing(QuerySet):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._iterable_class = Others
"""


def bringing() -> Any:
    """A queryset of an installed package, which brings other objects than its own query does."""
    names: dict[str, Any] = {"__name__": "acme.querysets", "Order": Order}
    exec(compile(EVALUATING, INSTALLED, "exec"), names)
    return names["Bringing"](Order)


def test_what_a_library_brings_while_a_queryset_is_evaluated_offers_no_fix() -> None:
    OrderFactory.create_batch(3)
    with record() as recording:
        orders = bringing()
        line = [order.user.username for order in orders]
    (finding,) = recording.report().findings
    assert len(line) == finding.count == 3
    assert finding.field == "user"
    assert finding.suggestion is None
    assert "while the queryset of that line is evaluated" in (finding.advice or "")


def test_what_a_queryset_of_the_project_brings_by_itself_does() -> None:
    OrderFactory.create_batch(3)
    with record() as recording:
        orders = Order.objects.all()
        _ = [order.user.username for order in orders]
    (finding,) = recording.report().findings
    assert finding.suggestion == 'select_related("user")'
