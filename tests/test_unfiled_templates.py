"""Templates that are compiled from a string: no file can be named, so the line that renders them is."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Context, Template, engines
from django.template.response import SimpleTemplateResponse
from django.test import Client, override_settings
from django.urls import path
from jinja2 import Environment

from django_querywatch import record
from django_querywatch.capture.places import source_line
from django_querywatch.records import Finding
from example_project.shop.factories import OrderFactory, OrderItemFactory
from example_project.shop.models import Order

pytestmark = pytest.mark.django_db
ROWS = 4
EMAILS = "{% for order in orders %}{{ order.user.email }}{% endfor %}"
SIDE_BY_SIDE = "{{ a.user.email }} - {{ b.user.email }} - {{ c.user.email }}"


@pytest.fixture(autouse=True)
def orders() -> None:
    for order in OrderFactory.create_batch(ROWS):
        OrderItemFactory.create(order=order)


def with_django(text: str, **names: Any) -> str:
    return Template(text).render(Context(names))  # rendered


def with_its_engine(text: str, **names: Any) -> str:
    return engines["django"].from_string(text).render(names)  # rendered


def with_jinja(text: str, **names: Any) -> str:
    return Environment(autoescape=True).from_string(text).render(names)  # rendered


def late(request: HttpRequest) -> SimpleTemplateResponse:
    return SimpleTemplateResponse(engines["django"].from_string(EMAILS), {"orders": Order.objects.all()})


urlpatterns = [path("late/", late)]


def findings_of(render: Any, text: str, **names: Any) -> tuple[Finding, ...]:
    with record() as recording:
        render(text, **names)
    report = recording.report()
    assert not report.failed
    return report.findings


@pytest.mark.parametrize("render", [with_django, with_its_engine, with_jinja])
def test_the_line_that_renders_it_is_named(render: Any) -> None:
    (finding,) = findings_of(render, EMAILS, orders=Order.objects.all())
    assert (finding.kind, finding.count) == ("n_plus_one", ROWS)
    assert (source_line(finding.location) or "").endswith("# rendered")
    assert finding.suggestion == 'select_related("user")'


@pytest.mark.parametrize("render", [with_django, with_its_engine, with_jinja])
def test_reads_side_by_side_are_no_repetition(render: Any) -> None:
    a, b, c = Order.objects.order_by("pk")[:3]
    assert not findings_of(render, SIDE_BY_SIDE, a=a, b=b, c=c)


def test_a_view_whose_response_is_rendered_late_is_named() -> None:
    with record() as recording, override_settings(ROOT_URLCONF=__name__):
        Client().get("/late/")
    (finding,) = recording.report().findings
    assert finding.location is not None
    assert finding.location.function == "late"
