"""Budgets: set by a decorator or by route, told where they are overdrawn, silent where they are not."""

import logging
import subprocess
import sys
from dataclasses import replace
from itertools import accumulate, count
from typing import Any

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction
from django.core.checks import Error, run_checks
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.test import AsyncClient, Client
from django.urls import include, path, re_path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from django_querywatch import Finding, Report, checks, max_queries, record
from django_querywatch.reporters import agent, github
from django_querywatch.reporters.cards import make_board
from django_querywatch.reporters.json import report_from_json_line, report_to_json_line
from django_querywatch.reporters.sarif import report_to_sarif
from django_querywatch.reporters.text import render_finding
from django_querywatch.testing import assertNoNPlusOne
from example_project.shop.models import Category, Order, Product

OURS = "django_querywatch.middleware.QueryWatchMiddleware"

pytestmark = pytest.mark.django_db


def ask_three(request: HttpRequest, **kwargs: object) -> HttpResponse:
    found = [model.objects.count() for model in (Order, Product)]
    return HttpResponse(f"{found} {Category.objects.exists()}")


async def ask_later(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{await Order.objects.acount()} {await Product.objects.acount()}")


class Both(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return ask_three(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        return ask_three(request)


@method_decorator(max_queries(2), name="dispatch")
class Dispatched(Both):
    pass


@method_decorator(max_queries(2), name="get")
class GetOnly(Both):
    pass


@max_queries(2)
class Whole(Both):
    pass


def template(request: HttpRequest) -> TemplateResponse:
    """Its query runs when the response is rendered, after the view."""
    from django.template import engines

    page = engines["django"].from_string("{{ orders.count }}")
    return TemplateResponse(request, page, {"orders": Order.objects.all()})


inner = (
    [path("<int:pk>/", ask_three, name="detail"), re_path(r"^old/(\d+)/$", lambda r, n: ask_three(r))],
    "shop",
)


class Urls:
    urlpatterns = [
        path("three/", ask_three, name="three"),
        path("shop/", include(inner)),
        path("limited/", max_queries(2)(ask_three)),
        path("enough/", max_queries(3)(ask_three)),
        path("exempt/", csrf_exempt(max_queries(2)(ask_three))),
        path("later/", max_queries(1)(ask_later)),
        path("dispatched/", Dispatched.as_view()),
        path("get-only/", GetOnly.as_view()),
        path("whole/", Whole.as_view()),
        path("as-view/", max_queries(2)(Both.as_view())),
        path("as-view-unlimited/", Both.as_view()),
        path("template/", max_queries(0)(template)),
    ]


@pytest.fixture(autouse=True)
def watched(settings) -> None:
    settings.ROOT_URLCONF = Urls
    settings.MIDDLEWARE = [OURS]
    settings.QUERYWATCH = {"ENABLED": True}


def over(report: Report) -> list[tuple[int, int]]:
    """Queries made and allowed, of each finding."""
    return [(found.count, found.budget.limit) for found in report.of_kind("over_budget")]


def ask(url: str, method: str = "get") -> Any:
    return getattr(Client(), method)(url)


@pytest.mark.parametrize(
    "url", ["/limited/", "/exempt/", "/dispatched/", "/get-only/", "/whole/", "/as-view/"]
)
def test_a_decorated_view_that_asks_more_is_told(url: str, reports):
    assert ask(url).status_code == 200
    assert over(reports[0]) == [(3, 2)]


@pytest.mark.parametrize("url", ["/three/", "/enough/", "/as-view-unlimited/", "/nowhere/"])
def test_a_view_within_its_budget_or_without_one_is_silent(url: str, reports):
    """The same function, decorated for one URL, is unlimited at another."""
    ask(url)
    assert over(reports[0]) == []


def test_a_budget_of_one_handler_is_for_its_method(reports):
    ask("/get-only/", "post")
    assert over(reports[0]) == []


def test_an_async_view(reports):
    response = async_to_sync(AsyncClient().get)("/later/")
    assert response.content == b"0 0"
    assert over(reports[0]) == [(2, 1)]
    assert iscoroutinefunction(max_queries(1)(ask_later))


def test_a_template_that_is_rendered_after_the_view(reports):
    ask("/template/")
    assert over(reports[0]) == [(1, 0)]


@pytest.mark.parametrize("key", ["shop:detail", "shop/<int:pk>/"])
def test_the_setting_goes_by_route_and_by_name(key: str, settings, reports):
    settings.QUERYWATCH = {"ENABLED": True, "MAX_QUERIES": {key: 2}}
    ask("/shop/7/")
    ask("/three/")
    assert [over(report) for report in reports] == [[(3, 2)], []]
    (found,) = reports[0].findings
    assert found.budget.written == f'QUERYWATCH["MAX_QUERIES"]["{key}"]'
    assert found.location.function == "ask_three"


def test_the_stricter_of_two_budgets_holds(settings, reports):
    settings.QUERYWATCH = {"ENABLED": True, "MAX_QUERIES": {"enough/": 1, "limited/": 5}}
    ask("/enough/")
    ask("/limited/")
    assert [over(report) for report in reports] == [[(3, 1)], [(3, 2)]]


def test_without_the_setting_the_same_request_is_silent(settings, reports):
    settings.QUERYWATCH = {"ENABLED": True, "MAX_QUERIES": {"three": 2}}
    ask("/three/")
    settings.QUERYWATCH = {"ENABLED": True}
    ask("/three/")
    assert [over(report) for report in reports] == [[(3, 2)], []]


def test_an_ignore_leaves_it_out(settings, reports):
    settings.QUERYWATCH = {
        "ENABLED": True,
        "MAX_QUERIES": {"three": 2},
        "IGNORE": [{"kind": "over_budget", "url_name": "three", "reason": "known"}],
    }
    ask("/three/")
    assert (over(reports[0]), reports[0].ignored) == ([], 1)


def found_at(url: str, reports: list[Report]) -> Finding:
    ask(url)
    (found,) = reports[-1].of_kind("over_budget")
    return found


def test_the_decorators_line_and_the_most_frequent_statements_are_named(reports):
    found = found_at("/limited/", reports)
    assert found.source == 'path("limited/", max_queries(2)(ask_three)),'
    assert found.location.file == __file__
    assert [statement.count for statement in found.budget.statements] == [1, 1, 1]
    assert {statement.place.function for statement in found.budget.statements} == {"ask_three"}
    assert "from" in found.budget.statements[0].sql


def test_statements_that_ran_equally_often_are_named_as_they_were_sent(reports, monkeypatch):
    """Not by their times: the words of a finding would change from one request to the next."""
    ever_slower = accumulate(count(1))
    monkeypatch.setattr("django_querywatch.capture.recorder.perf_counter", lambda: float(next(ever_slower)))
    found = found_at("/limited/", reports)
    statements = found.budget.statements
    assert statements[1].duration > statements[0].duration
    tables = ["shop_order", "shop_product", "shop_category"]
    assert [table in statement.sql for table, statement in zip(tables, statements, strict=True)] == [True] * 3


def test_the_name_of_the_finding_survives_another_limit(settings, reports):
    settings.QUERYWATCH = {"ENABLED": True, "MAX_QUERIES": {"three": 2}}
    first = found_at("/three/", reports)
    settings.QUERYWATCH = {"ENABLED": True, "MAX_QUERIES": {"three": 1}}
    assert found_at("/three/", reports).id == first.id


def test_every_channel_tells_it(reports, caplog):
    with caplog.at_level(logging.WARNING, "django_querywatch"):
        found = found_at("/limited/", reports)
    report = reports[-1]
    sentence = f"over budget: {__name__}.ask_three made 3 queries, and max_queries(2) allows 2"
    (record,) = caplog.records
    assert (record.levelname, sentence in record.message) == ("WARNING", True)
    lines = render_finding(found).splitlines()
    assert lines[0].startswith(sentence)
    assert lines[1].startswith("  at tests/test_budgets.py:")
    assert all(line.startswith("  once at tests/test_budgets.py:") for line in lines[2:])
    assert len(lines) == 5
    assert "made 3 queries, and max_queries(2) allows 2 | once at" in agent.render_report(report)
    assert github.render_report(report).startswith("::warning file=tests/test_budgets.py")
    result = report_to_sarif(report)["runs"][0]["results"][0]
    assert (result["ruleId"], result["level"]) == ("over_budget", "warning")
    assert report_from_json_line(report_to_json_line(report)) == report


def test_the_panels_card(reports):
    from django_querywatch.conf import get_config
    from django_querywatch.toolbar.files import render

    found = found_at("/limited/", reports)
    board = make_board(reports[-1], get_config())
    (card,) = board.cards
    assert (card.kind, card.count, card.words) == (
        "over_budget",
        "3",
        "made 3 queries, and max_queries(2) allows 2",
    )
    content = render("card.html", {"card": card})
    assert content.count("<li>") == 3
    assert "Defined in" in content
    assert "Asked for" not in content
    # A view of an installed package has no line of the project.
    board = make_board(replace(reports[-1], findings=(replace(found, location=None),)), get_config())
    assert "no code of the project" not in render("card.html", {"card": board.cards[0]})


def test_a_recording_around_requests_has_the_worst(reports):
    with record() as recording:
        ask("/limited/")
        ask("/limited/")
    assert over(recording.report()) == [(3, 2)]


def test_tests_fail_for_it_only_when_they_ask_for_that():
    with assertNoNPlusOne():
        ask("/limited/")
    with pytest.raises(AssertionError, match="over budget: "), assertNoNPlusOne(kinds="over_budget"):
        ask("/limited/")
    with assertNoNPlusOne(kinds="over_budget"):
        ask("/enough/")


def messages() -> list[Any]:
    return [message for message in run_checks(tags=[checks.TAG]) if message.id.endswith("E001")]


def test_a_key_that_no_request_has_is_an_error(settings):
    keys = {"thre": 1, "shop:detial": 1, "shop/<int:pk>": 1, "xyz": 1}
    good = {"three": 1, "three/": 1, "shop:detail": 1, "shop/<int:pk>/": 1, r"shop/old/(\d+)/$": 1}
    settings.QUERYWATCH = {"ENABLED": True, "MAX_QUERIES": {**good, **keys}}
    said = "QUERYWATCH['MAX_QUERIES'] names {!r}, which is no route and no URL name of this project."
    hints = [
        "Did you mean 'three'?",
        "Did you mean 'shop:detail'?",
        "Did you mean 'shop/<int:pk>/'?",
        "Write a route as urls.py does, or the name of a URL.",
    ]
    assert messages() == [
        Error(said.format(key), hint=hint, id="django_querywatch.E001")
        for key, hint in zip(keys, hints, strict=True)
    ]


@pytest.mark.parametrize("value", [["three"], {"three": -1}, {"three": True}, {"": 1}, {"three": "5"}, 5])
def test_a_value_that_means_nothing_is_an_error(value: object, settings):
    settings.QUERYWATCH = {"MAX_QUERIES": value}
    (message,) = messages()
    assert (
        message.msg
        == "QUERYWATCH['MAX_QUERIES'] must be a dict of route or URL name -> whole number of queries from 0 on."
    )


@pytest.mark.parametrize("limit", [-1, 2.5, True, None, ask_three])
def test_a_limit_that_means_nothing_is_refused_where_it_stands(limit: Any):
    with pytest.raises(TypeError, match=r"a whole number from 0 on, as in @max_queries\(10\), not "):
        max_queries(limit)


def test_a_request_that_fails_is_judged_too(reports, settings):
    def fails(request: HttpRequest) -> HttpResponse:
        ask_three(request)
        raise ZeroDivisionError

    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": [path("fails/", max_queries(1)(fails))]})
    with pytest.raises(ZeroDivisionError):
        ask("/fails/")
    assert over(reports[0]) == [(3, 1)]


def test_importing_the_package_imports_no_django():
    code = "import sys, django_querywatch; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_it_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(3):
        ask("/limited/")
