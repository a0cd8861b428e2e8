"""OpenTelemetry: span events and attributes on the request's span, and metrics by route.

Names are those of the semantic conventions where these have one (`db.query.text`, `code.file.path`); the rest
begins with `querywatch.`. Without a span that records, there are still the metrics.
"""

from __future__ import annotations

from django_querywatch.records import Finding, Report
from django_querywatch.reporters.repeats import Repeats, is_told
from django_querywatch.reporters.text import WORST
from django_querywatch.reporters.wording import fix, subject

try:
    # By their full names: of `from opentelemetry import metrics`, mypy forgets that they exist on its second run.
    import opentelemetry.metrics
    import opentelemetry.trace
except ImportError as error:
    raise ImportError(
        "opentelemetry-api is not installed: pip install 'django-querywatch[otel]', or take "
        f"'{__name__}.report' out of QUERYWATCH['REPORTERS']"
    ) from error

_meter = opentelemetry.metrics.get_meter("django_querywatch")
_queries = _meter.create_counter("querywatch.queries", "{query}", "Queries of the watched requests")
_findings = _meter.create_counter("querywatch.findings", "{finding}", "Findings, by kind")
_avoidable = _meter.create_counter(
    "querywatch.avoidable_queries", "{query}", "Queries that the fixes would save"
)
_repeats = Repeats()


def report(report: Report) -> None:
    """Add to the metrics, and tell the worst findings on the current span: at their 1st, 10th, 100th request."""
    route = {"http.route": report.route} if report.route is not None else {}
    _queries.add(report.query_count, route)
    _avoidable.add(report.avoidable, route)
    for finding in report.findings:
        _findings.add(1, {**route, "querywatch.kind": finding.kind})
    counts = {finding.id: _repeats.count(finding.id) for finding in report.findings[:WORST]}
    span = opentelemetry.trace.get_current_span()
    if span.is_recording():
        span.set_attribute("querywatch.queries", report.query_count)
        span.set_attribute("querywatch.findings", len(report.findings))
        span.set_attribute("querywatch.avoidable_queries", report.avoidable)
        for finding in report.findings[:WORST]:
            if is_told(counts[finding.id]):
                span.add_event("querywatch.finding", _attributes(finding, counts[finding.id]))


def _attributes(finding: Finding, requests: int) -> dict[str, str | int]:
    attributes: dict[str, str | int | None] = {
        "querywatch.id": finding.id,
        "querywatch.kind": finding.kind,
        "querywatch.certainty": finding.certainty,
        "querywatch.relation": subject(finding),
        "querywatch.path": finding.path,
        "querywatch.fix": fix(finding),
        "querywatch.count": finding.count,
        "querywatch.avoidable": finding.avoidable,
        "querywatch.requests": requests,
        "db.namespace": finding.alias,
        "db.operation.name": finding.operation,
        "db.query.text": finding.sql,
        "db.query.summary": " ".join((finding.operation, *finding.tables)),
    }
    if finding.location is not None:
        attributes["code.file.path"] = finding.location.file
        attributes["code.line.number"] = finding.location.line
        attributes["code.function.name"] = finding.location.function
    return {name: value for name, value in attributes.items() if value is not None}
