"""`record()` and `pause()` around anything, and the settings while they change."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import Client, override_settings

import django_querywatch
from django_querywatch.capture import active
from django_querywatch.recording import Recording
from django_querywatch.records import Report
from example_project.shop.models import Order
from tests.robustness.asking import read, wrappers
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


TOLD: list[Report] = []


def tell(report: Report) -> None:
    TOLD.append(report)


def test_nested_recordings_count_each_for_itself() -> None:
    with django_querywatch.record("outer") as outer:
        read()
        with django_querywatch.record("inner") as inner:
            read()
            with django_querywatch.pause():
                read()
        read()
    assert (outer.query_count, inner.query_count) == (3, 1)


def test_recordings_are_left_in_any_order() -> None:
    first, second = django_querywatch.record(), django_querywatch.record()
    one, two = first.__enter__(), second.__enter__()
    read()
    first.__exit__(None, None, None)
    read()
    second.__exit__(None, None, None)
    read()
    assert (one.query_count, two.query_count) == (1, 2)
    assert active.get() == ()


def recorded_parts() -> Iterator[Recording | None]:
    with django_querywatch.record() as recording, django_querywatch.pause():
        yield recording


def test_a_generator_that_is_closed_in_another_context_harms_nobody() -> None:
    parts = recorded_parts()
    opener = copy_context()
    recording = opener.run(next, parts)
    assert recording is not None
    with django_querywatch.record() as other:
        parts.close()  # by the garbage collector, say, or by the server's next request
        read()
    assert (recording.query_count, other.query_count) == (0, 1)


def test_what_was_never_left_is_dropped_once_it_is_closed() -> None:
    def requests() -> tuple[int, int]:
        abandoned = django_querywatch.record().__enter__()
        before = len(active.get())
        abandoned.recorder.close()
        with django_querywatch.record():
            pass
        return before, len(active.get())

    assert copy_context().run(requests) == (1, 0)


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


@pytest.mark.parametrize(
    ("rates", "watched"),
    [
        ({"/orders/": 1}, 1),
        ({"/orders/": 0, "*": 1}, 0),
        ({"/api/*": 0, "*": 1}, 1),
        ({"/api/*": 1}, 0),
        ({"/ord*": 1.0, "*": 0}, 1),
    ],
)
def test_requests_are_sampled_by_path(reports: Reports, rates: dict[str, float], watched: int) -> None:
    with override_settings(QUERYWATCH={"ENABLED": True, "SAMPLE_RATE": rates}):
        Client().get("/orders/")
    assert len(reports) == watched


def test_many_requests_leave_one_wrapper(reports: Reports) -> None:
    client = Client()
    for _ in range(20):
        client.get("/orders/")
    assert len(reports) == 20
    assert wrappers() == 1


def test_rows_that_are_none_do_not_end_an_iterator() -> None:
    last_logins = Order.objects.values_list("user__last_login", flat=True)
    with django_querywatch.record():
        assert list(last_logins.iterator()) == list(last_logins) == [None] * 4
