"""Whatever happens to a request: its own queries are reported, no one else's, and nothing is left behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextvars import Context, copy_context
from io import BytesIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIRequest
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory, override_settings

import django_querywatch
from django_querywatch.capture.recorder import watch_query
from django_querywatch.middleware import QueryWatchMiddleware
from django_querywatch.records import Report
from example_project.shop.models import Category, Order
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


def wrappers(alias: str = "default") -> int:
    return connections[alias].execute_wrappers.count(watch_query)


def read(alias: str = "default") -> None:
    list(Order.objects.using(alias).values_list("pk"))


def ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def end() -> None:
    """Close this thread's connection; `close()` spares databases in memory."""
    if connection.vendor != "sqlite":
        connection.close()
    elif connection.connection is not None:
        connection.connection.close()
        connection.connection = None


def in_new_thread(work: Any, *, is_copied: bool = True) -> None:
    context = copy_context() if is_copied else Context()
    thread = threading.Thread(target=context.run, args=(work,))
    thread.start()
    thread.join()


def answer(view: Any) -> HttpResponse:
    return QueryWatchMiddleware(view)(RequestFactory().get("/page/"))  # type: ignore[return-value]


def test_a_view_that_raises_leaves_a_partial_report(reports: Reports) -> None:
    with pytest.raises(ShopError) as raised:
        Client().get("/robust/raises/")
    assert raised.value.__context__ is None
    (report,) = reports
    assert [(found.field, found.count) for found in report.findings] == [("user", 4)]
    assert not report.failed
    assert not Category.objects.filter(name="never stored").exists()


def test_an_async_view_that_raises_leaves_a_partial_report(reports: Reports) -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        async for order in Order.objects.all():
            await order.items.acount()
        raise ShopError

    with pytest.raises(ShopError):
        async_to_sync(QueryWatchMiddleware(view))(RequestFactory().get("/"))
    (report,) = reports
    assert report.query_count == 5


def test_a_stream_that_breaks_is_reported_once(reports: Reports) -> None:
    response = Client().get("/robust/raises_in_stream/")
    with pytest.raises(ShopError):
        list(response.streaming_content)  # type: ignore[attr-defined]
    response.close()
    (report,) = reports
    assert report.query_count == 5


def test_a_stream_that_the_client_leaves_is_reported_with_what_it_read(reports: Reports) -> None:
    response = Client().get("/robust/rows/")
    assert reports == []
    chunks = iter(response.streaming_content)  # type: ignore[attr-defined]
    next(chunks)
    next(chunks)
    response.close()
    (report,) = reports
    assert report.query_count == 3


def test_a_stream_that_is_never_begun_is_reported_when_it_is_closed(reports: Reports) -> None:
    def view(request: HttpRequest) -> StreamingHttpResponse:
        read()
        return StreamingHttpResponse(part for part in ["a"])

    answer(view).close()
    assert [report.query_count for report in reports] == [1]


def test_between_the_chunks_of_a_stream_nothing_is_recorded(reports: Reports) -> None:
    chunks = iter(Client().get("/robust/rows/").streaming_content)  # type: ignore[attr-defined]
    next(chunks)
    read()
    assert len(list(chunks)) == 3
    assert [report.query_count for report in reports] == [5]


def test_a_cancelled_request_passes_the_cancellation_and_reports(reports: Reports) -> None:
    async def cancel() -> None:
        counted = asyncio.Event()

        async def view(request: HttpRequest) -> HttpResponse:
            await Order.objects.acount()
            counted.set()
            await asyncio.sleep(60)
            return HttpResponse()

        task = asyncio.ensure_future(QueryWatchMiddleware(view)(RequestFactory().get("/")))  # type: ignore[arg-type]
        await counted.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async_to_sync(cancel)()
    assert [report.query_count for report in reports] == [1]


def test_an_async_stream_that_is_cancelled_is_reported(reports: Reports) -> None:
    async def rows() -> AsyncIterator[str]:
        async for order in Order.objects.all():
            yield str(await order.items.acount())

    async def view(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(rows())

    async def leave() -> None:
        response = await QueryWatchMiddleware(view)(RequestFactory().get("/"))  # type: ignore[misc]
        chunks = aiter(response)
        await anext(chunks)
        await chunks.aclose()  # type: ignore[attr-defined]
        response.close()

    async_to_sync(leave)()
    assert [report.query_count for report in reports] == [2]


def test_a_background_task_that_outlives_its_request_is_not_recorded(reports: Reports) -> None:
    async def later(told: asyncio.Event) -> None:
        await told.wait()
        await Order.objects.acount()

    async def serve() -> None:
        told = asyncio.Event()
        tasks = []

        async def view(request: HttpRequest) -> HttpResponse:
            tasks.append(asyncio.create_task(later(told)))
            await Order.objects.acount()
            return HttpResponse()

        await QueryWatchMiddleware(view)(RequestFactory().get("/"))  # type: ignore[misc]
        told.set()
        await tasks[0]

    async_to_sync(serve)()
    assert [report.query_count for report in reports] == [1]


def test_a_task_that_ends_within_its_request_is_recorded(reports: Reports) -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        await asyncio.gather(*(Order.objects.acount() for _ in range(3)))
        return HttpResponse()

    async_to_sync(QueryWatchMiddleware(view))(RequestFactory().get("/"))
    assert [report.query_count for report in reports] == [3]


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


def outcome(call: Any) -> str:
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "answered"


def test_nested_recordings_count_each_for_itself() -> None:
    with django_querywatch.record("outer") as outer:
        read()
        with django_querywatch.record("inner") as inner:
            read()
            with django_querywatch.pause():
                read()
        read()
    assert (outer.query_count, inner.query_count) == (3, 1)


def test_record_and_pause_decorate_functions_of_both_kinds() -> None:
    @django_querywatch.pause()
    def unseen() -> None:
        read()

    @django_querywatch.pause()
    async def unseen_later() -> None:
        await Order.objects.acount()

    @django_querywatch.record("job")
    def job() -> int:
        read()
        unseen()
        return 7

    @django_querywatch.record()
    async def job_later() -> int:
        await Order.objects.acount()
        await unseen_later()
        return 8

    TOLD.clear()
    with override_settings(QUERYWATCH={"REPORTERS": [f"{__name__}.tell"]}):
        assert (job(), job(), async_to_sync(job_later)()) == (7, 7, 8)
    assert [report.query_count for report in TOLD] == [1, 1, 1]
    assert [report.name for report in TOLD][:2] == ["job", "job"]
    assert TOLD[2].name.endswith("job_later")


TOLD: list[Report] = []


def tell(report: Report) -> None:
    TOLD.append(report)


def test_a_decorated_function_that_raises_still_reports() -> None:
    @django_querywatch.record("breaks")
    def breaks() -> None:
        read()
        raise ShopError

    TOLD.clear()
    with override_settings(QUERYWATCH={"REPORTERS": [f"{__name__}.tell"]}), pytest.raises(ShopError):
        breaks()
    assert [report.query_count for report in TOLD] == [1]


def test_recursion_of_a_decorated_function_ends_every_scope() -> None:
    @django_querywatch.record("recursive")
    def recursive(depth: int) -> None:
        read()
        if depth:
            recursive(depth - 1)

    TOLD.clear()
    with override_settings(QUERYWATCH={"REPORTERS": [f"{__name__}.tell"]}):
        recursive(2)
    assert [report.query_count for report in TOLD] == [1, 2, 3]


def test_overridden_settings_are_honoured_at_once(reports: Reports) -> None:
    client = Client()
    client.get("/orders/")
    with override_settings(QUERYWATCH={"ENABLED": True, "THRESHOLD": 100}):
        client.get("/orders/")
    with override_settings(QUERYWATCH={"ENABLED": False}):
        client.get("/orders/")
    with override_settings(QUERYWATCH={"ENABLED": True, "SAMPLE_RATE": 0.0}):
        client.get("/orders/")
    client.get("/orders/")
    assert [len(report.findings) for report in reports] == [1, 0, 1]


def test_many_requests_leave_one_wrapper(reports: Reports) -> None:
    client = Client()
    for _ in range(20):
        client.get("/orders/")
    assert len(reports) == 20
    assert wrappers() == 1


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
    # On MySQL, Django sets the isolation level by a query on every connection that is opened again.
    assert recording.query_count == (7 if connection.vendor == "mysql" else 4)


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


def test_rows_that_are_none_do_not_end_an_iterator() -> None:
    last_logins = Order.objects.values_list("user__last_login", flat=True)
    with django_querywatch.record():
        assert list(last_logins.iterator()) == list(last_logins) == [None] * 4


def test_a_server_request_is_watched_like_a_clients(reports: Reports) -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        await sync_to_async(read)()
        return HttpResponse()

    async def nothing() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/a\x1b[31m\n/",
        "query_string": b"a=%1b",
        "headers": [],
    }
    request = ASGIRequest(scope, BytesIO())
    async_to_sync(QueryWatchMiddleware(view))(request)
    (report,) = reports
    assert report.query_count == 1
    assert "\n" not in str(report).partition("\n")[0]
    assert "\x1b" not in str(report)
