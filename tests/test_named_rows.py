"""Rows with a field `name`, reached by a template or a framework: what they are called tells no rounds apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import F
from django.template import Context, Engine

from django_querywatch import record
from django_querywatch.capture.loops import loops_in
from django_querywatch.records import Finding
from django_querywatch.reporters.text import render_finding
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order

pytestmark = pytest.mark.django_db
ROWS = 5
TEMPLATES = {
    "direct.html": "{% for row in rows %}{{ row.user.email }}{% endfor %}",
    "cells.html": "{% for row in rows %}{{ row.cells.order.user.email }}{% endfor %}",
    "holder.html": "{% for row in rows %}{{ row.order.user.email }}{% endfor %}",
}
ENGINE = Engine(
    loaders=[
        ("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", TEMPLATES)])
    ]
)


@pytest.fixture(autouse=True)
def orders() -> None:
    OrderFactory.create_batch(ROWS)


def named() -> Any:
    return Order.objects.annotate(name=F("reference"))


@dataclass
class Holder:
    name: str
    order: Order


def one_by_one() -> list[Any]:
    return [named().get(pk=key) for key in Order.objects.values_list("pk", flat=True)]


def from_the_cache() -> list[Any]:
    cache.set("orders", list(named()))
    return list(cache.get("orders"))


def in_cells() -> list[Any]:
    return [{"cells": {"order": order}} for order in named()]


def in_holders() -> list[Any]:
    return [Holder(order.name, order) for order in from_the_cache()]


CASES = [
    ("direct.html", one_by_one),
    ("direct.html", from_the_cache),
    ("cells.html", in_cells),
    ("holder.html", in_holders),
]


def findings_of(template: str, rows: Callable[[], list[Any]], most: int = ROWS) -> list[Finding]:
    with record() as recording:
        ENGINE.get_template(template).render(Context({"rows": rows()[:most]}))
    report = recording.report()
    assert not report.failed
    return [found for found in report.findings if "Order.user" in render_finding(found)]


@pytest.mark.parametrize(("template", "rows"), CASES)
def test_a_relation_of_named_rows_is_told(template: str, rows: Callable[[], list[Any]]) -> None:
    (finding,) = findings_of(template, rows)
    assert finding.kind == "n_plus_one"
    assert finding.count == ROWS


@pytest.mark.parametrize(("template", "rows"), CASES)
def test_one_of_them_alone_is_silent(template: str, rows: Callable[[], list[Any]]) -> None:
    assert not [found for found in findings_of(template, rows, most=1) if found.kind == "n_plus_one"]


def read_or_ask(order: Any) -> Any:
    try:
        found = order.user
    except AttributeError:
        found = Order.objects.first()
    except KeyError:
        found = None
    return print(found, order) or found


def read_again(order: Any) -> Any:
    while True:
        try:
            return order.user
        except AttributeError:
            order = Order.objects.first()


def read_or_go_on(orders: Any) -> None:
    for order in orders:
        try:
            found = order.user
        except AttributeError:
            continue
        finally:
            print(order)
        print(found)


@pytest.mark.parametrize(("code", "loops"), [(read_or_ask, 0), (read_again, 1), (read_or_go_on, 1)])
def test_the_way_on_from_a_handler_closes_no_loop(code: Callable[..., Any], loops: int) -> None:
    assert len(loops_in(code.__code__)) == loops
