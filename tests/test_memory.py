"""Nothing of a request outlives it because it was watched, and watching stays within its bounds of memory."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any
from weakref import ref

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from django_querywatch import record
from django_querywatch.capture import Recorder
from django_querywatch.fingerprint.dialect import LIMIT
from django_querywatch.middleware import QueryWatchMiddleware
from django_querywatch.records import Report
from example_project.shop.models import Order

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("COVERAGE_RUN" in os.environ, reason="coverage's own notes would be counted"),
]

REQUEST_BYTES = 1_572_864
CLEAN_REQUEST_BYTES = 16 * 1024
POINTER_BYTES = 8
MANY = 5_000


class Visit:
    """A view with an N+1, that notes weakly whatever a request is made of."""

    def __init__(self, cache: list[Any] | None = None) -> None:
        self.cache = cache
        self.seen: dict[str, ref[Any]] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = User.objects.first()
        orders = Order.objects.order_by("pk")
        owners = [order.user for order in orders]
        first, last = orders[0], orders[len(orders) - 1]
        self.note(
            request=request, user=request.user, queryset=orders, row=first, other_row=last, owner=owners[0]
        )
        if self.cache is not None:
            self.cache.append(first)
        return HttpResponse()

    def note(self, **objects: Any) -> None:
        self.seen = {name: ref(thing) for name, thing in objects.items()}

    def survivors(self) -> set[str]:
        gc.collect()
        return self.alive()

    def alive(self) -> set[str]:
        return {name for name, reference in self.seen.items() if reference() is not None}


@pytest.fixture
def orders() -> list[int]:
    users = User.objects.bulk_create([User(username=f"user {number}") for number in range(5)])
    made = Order.objects.bulk_create([Order(user=user, placed_at=timezone.now()) for user in users])
    return [order.pk for order in made]


def visit(view: Callable[[HttpRequest], HttpResponse]) -> None:
    QueryWatchMiddleware(view)(RequestFactory().get("/"))


def frames_of(function: Callable[..., Any]) -> list[FrameType]:
    """`isinstance()` would wake the lazy objects of every library that was imported."""
    return [
        thing for thing in gc.get_objects() if type(thing) is FrameType and thing.f_code is function.__code__
    ]


@pytest.mark.usefixtures("orders")
def test_nothing_outlives_its_request(reports: list[Report]) -> None:
    view = Visit()
    visit(view)
    assert reports[0].findings, "the visit must be one that the tool had something to say about"
    reports.clear()
    assert view.survivors() == set()
    assert frames_of(Visit.__call__) == []


@pytest.mark.usefixtures("orders")
def test_nothing_waits_for_the_garbage_collector(reports: list[Report]) -> None:
    """What refers to itself in a circle stays until the collector comes, which frees it while other pages wait."""
    view = Visit()
    gc.disable()
    try:
        visit(view)
        reports.clear()
        assert view.alive() == set()
    finally:
        gc.enable()


@pytest.mark.usefixtures("orders")
def test_a_kept_report_keeps_nothing_else(reports: list[Report]) -> None:
    view = Visit()
    visit(view)
    assert view.survivors() == set()
    assert "Order.user" in str(reports[0])


@pytest.mark.usefixtures("orders")
def test_a_cached_instance_keeps_only_itself(reports: list[Report]) -> None:
    cache: list[Any] = []
    view = Visit(cache)
    others = set(map(id, recorders()))
    visit(view)
    # The row and what Django itself caches on it; and this shows that a survivor is noticed.
    assert view.survivors() == {"row", "owner"}
    assert [recorder for recorder in recorders() if id(recorder) not in others] == []
    assert frames_of(Visit.__call__) == []


def recorders() -> list[Recorder]:
    """Those alive; other tests may have kept some."""
    gc.collect()
    return [thing for thing in gc.get_objects() if type(thing) is Recorder]


@pytest.mark.usefixtures("orders")
def test_a_request_that_fails_leaves_nothing() -> None:
    view = Visit()

    def failing(request: HttpRequest) -> HttpResponse:
        view(request)
        raise ValueError("the view's own")

    with pytest.raises(ValueError, match="the view's own"):
        visit(failing)
    assert view.survivors() == set()
    assert frames_of(Visit.__call__) == []


@pytest.mark.usefixtures("orders")
def test_a_kept_recording_keeps_no_instance() -> None:
    view = Visit()
    with record() as recording:
        view(RequestFactory().get("/"))
    assert view.survivors() == set()
    assert frames_of(Visit.__call__) == []
    assert recording.report().findings


def distinct_texts() -> None:
    with connection.cursor() as cursor:
        for number in range(MANY):
            cursor.execute(f"SELECT 1 AS a_{''.join(chr(97 + int(digit)) for digit in str(number))}")


def one_text_with_many_values() -> None:
    with connection.cursor() as cursor:
        for number in range(MANY):
            cursor.execute("SELECT %s", [number])


def clean_page() -> None:
    for order in Order.objects.select_related("user"):
        order.user.get_username()
    User.objects.count()


def traced_peak(work: Callable[[], None]) -> int:
    gc.collect()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    work()
    return tracemalloc.get_traced_memory()[1] - before


def extra_peak(work: Callable[[], None]) -> int:
    """Bytes that watching adds at the highest point, process caches being warm."""

    def watched() -> None:
        with record() as recording:
            work()
        recording.report()

    watched()
    return traced_peak(watched) - traced_peak(work)


@pytest.fixture
def tracing() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.fixture
def no_kept_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that the process keeps are no request's; how far they have filled their own bound is chance."""
    LIMIT.clear()
    monkeypatch.setattr(LIMIT, "limit", 0)


@pytest.mark.usefixtures("no_kept_texts", "tracing")
@pytest.mark.parametrize("work", [distinct_texts, one_text_with_many_values])
def test_a_recording_is_bounded_whatever_the_request_does(work: Callable[[], None]) -> None:
    assert extra_peak(work) <= REQUEST_BYTES


@pytest.mark.usefixtures("tracing", "orders")
def test_a_clean_request_costs_little() -> None:
    assert extra_peak(clean_page) <= CLEAN_REQUEST_BYTES


@pytest.mark.usefixtures("tracing", "orders")
def test_an_instance_carries_one_pointer() -> None:
    user = User.objects.first()
    Order.objects.bulk_create([Order(user=user, placed_at=timezone.now()) for _ in range(4_000)])
    few, many = (extra_peak(lambda size=size: list(Order.objects.all()[:size])) for size in (2_000, 4_000))
    assert many - few <= POINTER_BYTES * 2_000 + 1_024


def test_what_passes_a_cap_is_still_counted() -> None:
    with record() as recording:
        distinct_texts()
    report = recording.report()
    assert report.query_count == MANY
    assert report.truncated
