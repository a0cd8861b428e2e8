"""A user's program, for type checkers alone: `python -m tests.release.types` reads it, nothing runs it."""

# pyright: strict
from collections.abc import Iterator
from typing import Any

from django_querywatch import Config, Finding, Frame, Recording, Report, pause, record
from django_querywatch.middleware import QueryWatchMiddleware
from django_querywatch.panels import QueryWatchPanel
from django_querywatch.reporters.json import report_to_dict, report_to_json_line
from django_querywatch.reporters.text import render_finding, render_report
from django_querywatch.runner import QueryWatchRunner
from django_querywatch.signals import report_ready
from django_querywatch.testing import QueryWatchTestMixin, assertNoNPlusOne, assertQueriesConstant

MIDDLEWARE = [f"{QueryWatchMiddleware.__module__}.{QueryWatchMiddleware.__qualname__}"]
TEST_RUNNER: type[QueryWatchRunner] = QueryWatchRunner
PANEL: type[QueryWatchPanel] = QueryWatchPanel


def send_invoices() -> int:
    with record("invoices", config=Config(threshold=2, slow_ms=100.0)) as recording:
        made: Recording = recording
    report: Report = made.report()
    for finding in report.findings:
        print(line_of(finding), finding.suggestion or "no fix")
    return recording.query_count + report.avoidable


async def send_invoices_later() -> str:
    async with record() as recording:
        with pause():
            pass
    return render_report(recording.report())


@record()
def decorated(number: int) -> str:
    return str(number)


@record(name="a coroutine")
async def decorated_coroutine(number: int) -> str:
    return decorated(number)


@pause()
def quiet() -> int:
    return 1


def line_of(finding: Finding) -> str:
    place: Frame | None = finding.location
    return render_finding(finding) if place is None else f"{place.file}:{place.line}"


def kinds(report: Report) -> Iterator[str]:
    for finding in report.of_kind("n_plus_one", "n_plus_one_write"):
        if finding.kind != "duplicate" and finding.certainty == "certain":
            yield finding.kind


def keep(report: Report, **kwargs: object) -> None:
    document: dict[str, Any] = report_to_dict(report)
    print(document["format_version"], report_to_json_line(report), *kinds(report))


report_ready.connect(keep)


def test_a_page() -> None:
    with assertNoNPlusOne(max_queries=3, potential=True) as recording:
        text: str = decorated(recording.query_count)
    assertNoNPlusOne(decorated, 1)
    assertQueriesConstant(list, lambda: text, scales=(1, 3))


async def test_an_async_page() -> None:
    async with assertNoNPlusOne(kinds=["n_plus_one"], ignore=[{"relation": "shop.Order.user"}]):
        await decorated_coroutine(1)


class Pages(QueryWatchTestMixin):
    def test_a_page(self) -> None:
        with self.assertNoNPlusOne():
            print(quiet() + send_invoices())
