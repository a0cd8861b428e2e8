"""Report -> the text that a person reads: no colours, one first line a finding, places one can click on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django_querywatch.records import Finding, Frame, Report
from django_querywatch.reporters import wording
from django_querywatch.reporters.escaping import escape

WORST = 10
"""Findings shown in full; the rest are counted."""
_MOST_PLACES = 5
_MOST_PARAMETERS = 3


def render_report(report: Report) -> str:
    """A headline, the ten worst findings, a count of the rest, and what limits the report."""
    return render_lines(report, map(render_finding, report.findings[:WORST]))


def render_lines(report: Report, findings: Iterable[str]) -> str:
    """A report around findings that are rendered already."""
    return "\n".join([headline(report), *findings, *_closing_lines(report)])


def render_finding(finding: Finding) -> str:
    """The finding, its line, the queryset's line and the fix; only what is known."""
    return "\n  ".join([wording.sentence(finding), *_details(finding)])


def render_short(finding: Finding) -> str:
    """The finding on one line, for one that was told before."""
    place = f" at {place_of(finding.location)}" if finding.location else ""
    return wording.sentence(finding) + place


def headline(report: Report) -> str:
    """``GET /orders/: 1 N+1, 51 queries (44 ms), 50 avoidable``."""
    total = f"{wording.queries(report.query_count)} ({wording.milliseconds(report.duration)})"
    parts = [wording.verdict(report), total]
    if report.avoidable:
        parts.append(f"{report.avoidable} avoidable")
    if report.ignored:
        parts.append(f"{report.ignored} ignored")
    name = f"{escape(report.name)}: " if report.name else ""
    return name + ", ".join(parts)


def place_of(frame: Frame) -> str:
    return escape(str(frame), limit=1000)


def statements(finding: Finding) -> Iterator[str]:
    """``50 times at shop/views.py:12 in orders: select ...``, for each that a budget went for."""
    for statement in finding.budget.statements if finding.budget else ():
        at = f" at {place_of(statement.place)}" if statement.place else ""
        yield f"{wording.times(statement.count)}{at}: {escape(statement.sql)}"


def rest_line(report: Report, shown: int = WORST) -> str | None:
    rest = len(report.findings) - shown
    if rest <= 0:
        return None
    return f"and {wording.counted(rest, 'more finding')}"


def _details(finding: Finding) -> Iterator[str]:
    yield from _places(finding)
    yield from statements(finding)
    yield from _queryset(finding)
    yield from _remedy(finding)
    if finding.field is None and finding.sql:
        yield f"sql: {escape(finding.sql)}"
    if finding.parameters:
        yield f"parameters: {escape(', '.join(finding.parameters[:_MOST_PARAMETERS]))}"


def _places(finding: Finding) -> Iterator[str]:
    if finding.location is None and finding.budget:
        return
    if finding.location is None:
        yield "at an unknown line: no code of the project was running"
    else:
        source = f"   {escape(finding.source, limit=120)}" if finding.source else ""
        yield f"at {place_of(finding.location)}{source}"
    others = [frame for frame in finding.locations if frame != finding.location]
    for frame in others[:_MOST_PLACES]:
        yield f"also at {place_of(frame)}"
    if len(others) > _MOST_PLACES:
        yield f"also at {wording.counted(len(others) - _MOST_PLACES, 'more line')}"


def _queryset(finding: Finding) -> Iterator[str]:
    if finding.origin:
        yield f"queryset built at {place_of(finding.origin)}"
    elif finding.root_model:
        yield f"queryset of {escape(finding.root_model)}, built at an unknown line"


def _remedy(finding: Finding) -> Iterator[str]:
    fix = wording.fix(finding)
    if fix:
        saving = wording.saving(finding)
        yield f"fix: {fix}    {saving}" if saving else f"fix: {fix}"
    if finding.also:
        yield f"the same fix cures {wording.others(finding)}"
    if finding.advice:
        yield f"advice: {escape(finding.advice, limit=600)}"


def _closing_lines(report: Report) -> Iterator[str]:
    rest = rest_line(report)
    if rest:
        yield rest
    if report.truncated:
        yield "this recording reached its cap: totals are exact, later queries were only counted"
    if report.failed:
        yield "django-querywatch itself failed during this recording: findings may be missing"
