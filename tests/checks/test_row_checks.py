"""Told where the line proves it, with what to write instead; silent for every other line."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from django_querywatch import Finding, record
from django_querywatch.fingerprint import asked_rows
from django_querywatch.reporters.text import render_finding
from example_project.shop.factories import OrderFactory, OrderItemFactory
from example_project.shop.models import Order
from tests.checks import fine, wasteful

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(settings) -> None:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [Path(__file__).parent / "templates"]}]
    OrderItemFactory(order=OrderFactory(status="new"))


def functions_of(module: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }


def checks_of(function: Any) -> list[Finding]:
    with record() as recording:
        function()
    report = recording.report()
    assert not report.failed
    return list(report.of_kind("wasteful_check"))


COUNTED = {
    "counted": "write Order.objects.filter(status='new').exists() in place of "
    "Order.objects.filter(status='new').count()",
    "compared": "write orders.exists() in place of orders.count() > 0",
    "compared_backwards": "write orders.exists() in place of 1 <= orders.count()",
    "none_there": "write not orders.exists() in place of orders.count() == 0",
    "negated": "write not orders.exists() in place of not orders.count()",
    "one_of_two": "write orders.exists() in place of orders.count()",
    "over_lines": "write Order.objects.filter(status='new').order_by('reference').exists() in place of "
    "Order.objects.filter(status='new').order_by('reference').count()",
    "of_a_relation": "write order.items.exists() in place of order.items.count() > 0",
    "template_counted": "write {% if orders.exists %} in place of {% if orders.count %}",
    "template_compared": "write {% if orders.exists %} in place of {% if orders.count > 0 %}",
    "template_none": "write {% if not orders.exists %} in place of {% if not orders.count %}",
}
LOADED = {
    "asked_before_loading": "write orders in place of orders.exists()",
    "counted_before_loading": "write orders in place of orders.count() > 0",
    "something_first": "write orders in place of orders.exists()",
    "template_loaded": "write {% if orders %} in place of {% if orders.exists %}",
}


def test_every_wasteful_check_has_its_fix() -> None:
    assert {*COUNTED, *LOADED} == functions_of(wasteful).keys()


@pytest.mark.parametrize("name", COUNTED)
def test_a_count_where_exists_would_do(name: str) -> None:
    (found,) = checks_of(getattr(wasteful, name))
    assert (found.suggestion, found.avoidable, found.certainty) == (COUNTED[name], 0, "certain")
    assert "counted once, to know whether there are rows" in render_finding(found)


@pytest.mark.parametrize("name", LOADED)
def test_a_query_that_the_rows_make_needless(name: str) -> None:
    (found,) = checks_of(getattr(wasteful, name))
    assert (found.suggestion, found.avoidable) == (LOADED[name], 1)
    assert len(found.locations) == 2
    assert "asked for rows once, right before these were loaded" in render_finding(found)


@pytest.mark.parametrize("name", functions_of(fine))
def test_any_other_line_is_silent(name: str) -> None:
    assert checks_of(getattr(fine, name)) == []


@pytest.mark.parametrize("name", [name for name in COUNTED | LOADED if not name.startswith("template")])
def test_the_fix_does_the_same_with_what_it_promises(name: str) -> None:
    function = getattr(wasteful, name)
    (found,) = checks_of(function)
    _, better, written = found.suggestion.replace(" in place of ", "write ").split("write ")
    fixed = _fixed(function, better, written)
    with record() as before:
        result = function()
    with record() as after:
        assert fixed() == result
    assert before.query_count - after.query_count == found.avoidable
    assert after.report().of_kind("wasteful_check") == ()


def _fixed(function: Any, better: str, written: str) -> Any:
    """The function with the fix applied to its source, which is laid out as the fix is written."""
    import ast

    source = ast.unparse(ast.parse(inspect.getsource(function)))
    assert source.count(written) == 1
    names = dict(vars(wasteful))
    exec(compile(source.replace(written, better), wasteful.__file__ + ".fixed.py", "exec"), names)
    return names[function.__name__]


def _called_thrice() -> None:
    def has_orders(status: str) -> bool:
        orders = Order.objects.filter(status=status)
        return orders.count() > 0

    first = has_orders("new")
    second = has_orders("open")
    assert (first, second, has_orders("paid")) == (True, False, False)


def _drained() -> None:
    while Order.objects.filter(status="new").count() > 0:
        first = Order.objects.filter(status="new").values("pk")[:1]
        Order.objects.filter(pk=first.get()["pk"]).update(status="sent")


@pytest.mark.parametrize("work", [_called_thrice, _drained])
def test_one_line_is_one_finding_however_often_it_runs(work: Any) -> None:
    OrderFactory(status="new")
    (found,) = checks_of(work)
    assert found.count == 3


def test_where_the_source_cannot_be_read_nothing_is_said() -> None:
    names: dict[str, Any] = dict(vars(wasteful))
    exec(compile(inspect.getsource(wasteful.compared), "/srv/shop/gone.py", "exec"), names)
    assert checks_of(names["compared"]) == []


def test_an_n_plus_one_is_told_as_such_alone() -> None:
    OrderFactory.create_batch(3)

    def busy() -> list[Any]:
        from example_project.shop.models import Order

        return [order for order in Order.objects.all() if order.items.count() > 0]

    with record() as recording:
        busy()
    assert [found.kind for found in recording.report().findings] == ["n_plus_one"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('select ? as "a" from "t" where "t"."x" = ? limit ?', ('"t"', '"t"."x" = ?')),
        ('select "t"."x" from "t" where "t"."x" = ? order by "t"."x" asc', ('"t"', '"t"."x" = ?')),
        ('select count(*) as "__count" from "t"', ('"t"', "")),
        ('select "t"."x" from "t" inner join "u" on ("t"."u_id" = "u"."id")', ('"t"', "")),
        ('select distinct "t"."x" from "t"', None),
        ('select count(*) from (select "t"."x" from "t" group by "t"."x") subquery', None),
        ('update "t" set "x" = ?', None),
    ],
)
def test_which_rows_a_statement_asks_for(text: str, rows: object) -> None:
    assert asked_rows(text) == rows
