"""Whatever happens to a request: its own queries are reported, and no one else's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from django_querywatch.middleware import QueryWatchMiddleware
from django_querywatch.records import Report
from django_querywatch.signals import report_ready
from example_project.shop.models import Category, Order
from tests.robustness.asking import answer, read
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


def test_a_view_that_raises_leaves_a_partial_report(reports: Reports) -> None:
    with pytest.raises(ShopError) as raised:
        Client().get("/robust/raises/")
    assert raised.value.__context__ is None
    (report,) = reports
    assert [(found.field, found.count) for found in report.findings] == [("user", 4)]
    assert not report.failed
    assert not Category.objects.filter(name="never stored").exists()


def test_a_receiver_that_raises_harms_neither_the_page_nor_the_other_receivers(
    reports: Reports, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(report: Report, **kwargs: object) -> None:
        raise ShopError("the receiver's own")

    told: list[Report] = []
    report_ready.connect(refuse)
    report_ready.connect(lambda report, **kwargs: told.append(report), weak=False, dispatch_uid="told")
    try:
        response = QueryWatchMiddleware(lambda request: HttpResponse(Order.objects.count()))(
            RequestFactory().get("/")
        )
    finally:
        report_ready.disconnect(refuse)
        report_ready.disconnect(dispatch_uid="told")
    assert response.content == b"4"
    assert told == reports
    assert [report.query_count for report in told] == [1]
    assert "the receiver's own" in caplog.text


@pytest.mark.urls("tests.robustness.empty_urls")
def test_pages_are_watched_where_the_toolbar_is_installed_and_has_no_addresses(reports: Reports) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("djdt:render_panel")
    QueryWatchMiddleware(lambda request: HttpResponse(Order.objects.count()))(RequestFactory().get("/"))
    assert [report.query_count for report in reports] == [1]


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
