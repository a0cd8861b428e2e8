"""Connections, aliases, threads and wrappers: each query is seen once, nothing is left behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

import django_querywatch
from django_querywatch.capture.recorder import watch_query
from django_querywatch.middleware import QueryWatchMiddleware
from django_querywatch.records import Report
from tests.robustness.asking import answer, ask, end, in_new_thread, read, wrappers
from tests.robustness.views import ShopError
from tests.robustness.visiting import fill

pytestmark = [
    pytest.mark.django_db(databases=["default", "other"]),
    pytest.mark.urls("tests.robustness.urls"),
]
Reports = list[Report]


@pytest.fixture(autouse=True)
def shop() -> User:
    return fill()


@pytest.mark.parametrize(("is_copied", "count"), [(True, 2), (False, 1)])
def test_a_thread_belongs_to_the_request_by_its_context(
    reports: Reports, is_copied: bool, count: int
) -> None:
    def in_thread() -> None:
        ask()  # opens this thread's connection
        end()

    def view(request: HttpRequest) -> HttpResponse:
        ask()
        in_new_thread(in_thread, is_copied=is_copied)
        return HttpResponse()

    answer(view)
    assert [report.query_count for report in reports] == [count]


def test_every_alias_is_seen_and_named(reports: Reports) -> None:
    User.objects.using("other").bulk_create(User(username=name) for name in "abc")

    def view(request: HttpRequest) -> HttpResponse:
        for alias in request.GET.getlist("alias"):
            for user in User.objects.using(alias):
                list(user.groups.all())
        return HttpResponse()

    QueryWatchMiddleware(view)(RequestFactory().get("/?alias=default&alias=other"))
    QueryWatchMiddleware(view)(RequestFactory().get("/?alias=other"))
    both, other = reports
    assert both.query_count == 2 + 4 + 3
    assert sum(finding.count for finding in both.findings) == 4 + 3
    assert [(finding.alias, finding.count) for finding in other.findings] == [("other", 3)]


def test_transactions_and_savepoints_are_not_queries(reports: Reports) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with transaction.atomic(), transaction.atomic():
            read()
        return HttpResponse()

    answer(view)
    assert [report.query_count for report in reports] == [1]


def test_executemany_is_one_query(reports: Reports) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE shop_category SET name = name WHERE id = %s", [[n] for n in range(9)])
        return HttpResponse()

    answer(view)
    (report,) = reports
    assert (report.query_count, report.findings) == (1, ())


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 /* open",
        "SELECT 'open",
        "SELECT ((((1",
        "\x00",
        "",
        ";;;",
        "\ud800",
        "S\u202eELECT 1",
        "%" * 50,
    ],
)
def test_text_that_is_no_sql_raises_what_it_raises_without_the_tool(statement: str, reports: Reports) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        return HttpResponse()

    plain = outcome(lambda: view(RequestFactory().get("/")))
    assert outcome(lambda: answer(view)) == plain
    (report,) = reports
    assert not report.failed
    assert report.query_count == 1
    assert isinstance(str(report), str)


def test_connections_that_die_and_are_opened_again_keep_one_wrapper() -> None:
    counts: list[int] = []

    def in_thread() -> None:
        for _ in range(3):
            ask()
            counts.append(wrappers())
            end()
        ask()
        end()

    with django_querywatch.record() as recording:
        in_new_thread(in_thread)
    assert counts == [1, 1, 1]
    assert recording.query_count == 4


def test_what_sets_up_a_connection_is_no_query_of_whoever_comes_first() -> None:
    """On MySQL, Django itself sets the isolation level by a query on every connection that is opened again."""
    seen: list[str] = []

    def set_up(sender: Any, connection: Any, **kwargs: Any) -> None:
        seen.append(connection.alias)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'set up'")

    def in_thread() -> None:
        for _ in range(3):
            ask()
            end()

    connection_created.connect(set_up)
    try:
        with django_querywatch.record() as recording:
            in_new_thread(in_thread)
    finally:
        connection_created.disconnect(set_up)
    assert seen == ["default"] * 3
    assert recording.query_count == 3


def test_a_users_wrapper_that_is_active_while_the_connection_opens_costs_neither() -> None:
    seen: list[str] = []
    left: list[Any] = []

    def users(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    def in_thread() -> None:
        with connection.execute_wrapper(users):
            ask()  # opens this thread's connection
            ask()
        left.extend(connection.execute_wrappers)
        ask()
        end()

    with django_querywatch.record() as recording:
        in_new_thread(in_thread)
    assert left == [watch_query]
    assert seen.count("SELECT 1") == 2
    assert recording.query_count == 3


def test_a_wrapper_that_blocks_the_database_still_blocks(reports: Reports) -> None:
    def blocker(*args: Any) -> None:
        raise ShopError("no database here")

    def view(request: HttpRequest) -> HttpResponse:
        with connection.execute_wrapper(blocker):
            read()
        return HttpResponse()

    with pytest.raises(ShopError):
        answer(view)
    assert wrappers() == 1


def outcome(call: Any) -> str:
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "answered"
