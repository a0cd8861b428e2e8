"""The report in a line: for the sidebar, the top of the panel and Server-Timing."""

from __future__ import annotations

from dataclasses import dataclass

from django_querywatch.records import Report
from django_querywatch.reporters.escaping import escape
from django_querywatch.reporters.wording import milliseconds, queries, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    name: str
    """``GET /orders/``"""
    view: str
    verdict: str
    has_findings: bool
    query_count: str
    avoidable: str
    """Empty where nothing is."""
    needed: str
    """Queries that remain with all fixes."""
    needed_share: str
    """In thousandths of all queries: the width of a bar."""
    duration: str
    elapsed: str
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """``3 N+1s, 89 avoidable queries``"""
        if not self.has_findings:
            return self.verdict
        if not self.avoidable:
            return self.verdict
        return f"{self.verdict}, {self.avoidable} avoidable {'query' if self.avoidable == '1' else 'queries'}"


def make_headline(report: Report) -> Headline:
    needed = report.query_count - report.avoidable
    return Headline(
        name=escape(report.name),
        view=escape(report.view or ""),
        verdict=verdict(report) if report.findings else _nothing(report),
        has_findings=bool(report.findings),
        query_count=str(report.query_count),
        avoidable=str(report.avoidable or ""),
        needed=str(needed),
        needed_share=str(round(1000 * needed / report.query_count) if report.query_count else 1000),
        duration=milliseconds(report.duration),
        elapsed=milliseconds(report.elapsed),
        notes=_notes(report),
    )


def _nothing(report: Report) -> str:
    return f"No N+1 in {queries(report.query_count)}" if report.query_count else "No queries"


def _notes(report: Report) -> tuple[str, ...]:
    notes = []
    if report.failed:
        notes.append(
            "django-querywatch itself failed during this request: findings may be missing. "
            "The page is not to blame; the log has the traceback."
        )
    if report.truncated:
        notes.append(
            "This request reached the recording's cap: totals are exact, later queries were only counted."
        )
    if report.ignored:
        findings = "1 finding was" if report.ignored == 1 else f"{report.ignored} findings were"
        notes.append(f"{findings} left out by an ignore.")
    return tuple(notes)
