"""For coding agents: one line a finding, everything on it, in an order that depends on no clock."""

from __future__ import annotations

from collections.abc import Iterator

from django_querywatch.records import Finding, Report
from django_querywatch.reporters import wording
from django_querywatch.reporters.escaping import escape
from django_querywatch.reporters.text import place_of, statements


def render_report(report: Report) -> str:
    """All findings, most avoidable queries first; durations, which differ from run to run, are left out."""
    findings = sorted(report.findings, key=lambda finding: (-finding.avoidable, finding.kind, finding.id))
    if not findings:
        return f"no findings in {wording.queries(report.query_count)}"
    return "\n".join(map(render_finding, findings))


def render_finding(finding: Finding) -> str:
    """``N+1 shop.Order.user x50 | at shop/views.py:25 in order_list | fix: ... | id: ...``."""
    return " | ".join(_parts(finding))


def _parts(finding: Finding) -> Iterator[str]:
    yield f"{wording.label(finding)} {wording.subject(finding)} x{finding.count}"
    for place in (finding.location, *(frame for frame in finding.locations if frame != finding.location)):
        if place:
            yield f"at {place_of(place)}"
    if finding.budget:
        yield wording.allowed(finding)
        yield from statements(finding)
    if finding.origin:
        yield f"queryset at {place_of(finding.origin)}"
    fix = wording.fix(finding)
    if fix:
        yield f"fix: {fix}"
        yield wording.saving(finding) or "saves a query for every further row"
    if finding.also:
        yield f"the same fix cures {wording.others(finding)}"
    if finding.advice:
        yield f"advice: {escape(finding.advice, limit=600)}"
    if finding.field is None and finding.sql:
        yield f"sql: {escape(finding.sql)}"
    yield f"id: {escape(finding.id)}"
