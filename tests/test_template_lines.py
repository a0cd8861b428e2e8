"""Nodes that share a line of a template: places of their own, which each rendering finds again."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, Engine

from django_querywatch import record
from django_querywatch.records import Finding
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order

pytestmark = pytest.mark.django_db

TEMPLATES = {
    "row.html": "{{ order.reference }} {{ order.user.email }}",
    "reads.html": "{{ a.user.email }} - {{ b.user.email }} - {{ c.user.email }}",
    "includes.html": "".join(f'{{% include "row.html" with order={name} %}}' for name in "abc"),
    "queue.html": "{% include row with order=queue.pop %} " * 3,
    "loop.html": "<ul>\n{% for order in orders %}<b>{{ order.user.email }}</b>{% endfor %}\n</ul>",
    "included.html": '{% for order in orders %}{% include "row.html" %}{% endfor %}',
}
PLAIN = ("django.template.loaders.locmem.Loader", TEMPLATES)
LOADERS = {"kept": [("django.template.loaders.cached.Loader", [PLAIN])], "compiled anew": [PLAIN]}


@pytest.fixture(params=[True, False], ids=["debug", "no debug"])
def is_debug(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=LOADERS)
def engine(request: pytest.FixtureRequest, is_debug: bool) -> Engine:
    OrderFactory.create_batch(4)
    return Engine(loaders=LOADERS[request.param], debug=is_debug)


def findings_of(engine: Engine, name: str, **names: Any) -> tuple[Finding, ...]:
    with record() as recording:
        assert "@" in engine.get_template(name).render(Context(names))
    report = recording.report()
    assert not report.failed
    return report.findings


@pytest.mark.parametrize("name", ["reads.html", "includes.html"])
def test_reads_side_by_side_are_no_repetition(engine: Engine, name: str) -> None:
    a, b, c = Order.objects.order_by("pk")[:3]
    assert not findings_of(engine, name, a=a, b=b, c=c)


def test_the_same_words_side_by_side_are_two_places(engine: Engine) -> None:
    queue = list(Order.objects.order_by("pk")[:3])
    assert not findings_of(engine, "queue.html", queue=queue, row="row.html")


@pytest.mark.parametrize(("name", "line"), [("loop.html", 2), ("included.html", 1)])
def test_a_loop_on_one_line_is_found_once(engine: Engine, name: str, line: int) -> None:
    (finding,) = findings_of(engine, name, orders=Order.objects.all())
    assert finding.kind == "n_plus_one"
    assert finding.count == Order.objects.count()
    assert finding.location is not None
    assert finding.location.line == line
    assert finding.suggestion == 'select_related("user")'
