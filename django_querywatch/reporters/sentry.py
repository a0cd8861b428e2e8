"""Sentry: one issue a finding, grouped by the finding's id, with the line and the fix in its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_querywatch.records import WARNING_KINDS, Finding, Report
from django_querywatch.reporters.repeats import Repeats, is_told
from django_querywatch.reporters.text import WORST, render_finding
from django_querywatch.reporters.wording import fix, subject

try:
    import sentry_sdk
except ImportError as error:
    raise ImportError(
        "sentry-sdk is not installed: pip install 'django-querywatch[sentry]', or take "
        f"'{__name__}.report' out of QUERYWATCH['REPORTERS']"
    ) from error

if TYPE_CHECKING:
    from sentry_sdk.types import Event

_repeats = Repeats()


def report(report: Report) -> None:
    """Send the worst findings: each at its 1st, 10th, 100th request of this process, with that number."""
    for finding in report.findings[:WORST]:
        requests = _repeats.count(finding.id)
        if is_told(requests):
            sentry_sdk.capture_event(_event(report, finding, requests))


def _event(report: Report, finding: Finding, requests: int) -> Event:
    """A message of its own: an exception would be taken for a failure of the page."""
    tags = {
        "querywatch.kind": finding.kind,
        "querywatch.relation": subject(finding),
        "querywatch.route": report.route or "",
    }
    facts: dict[str, object] = {
        "id": finding.id,
        "fix": fix(finding),
        "count": finding.count,
        "avoidable": finding.avoidable,
        "requests": requests,
        "line": str(finding.location) if finding.location else None,
        "queryset": str(finding.origin) if finding.origin else None,
        "sql": finding.sql,
    }
    return {
        "message": render_finding(finding),
        "level": "warning" if finding.kind in WARNING_KINDS else "info",
        "logger": "django_querywatch",
        "fingerprint": ["django-querywatch", finding.id],
        "tags": tags,
        "contexts": {"querywatch": facts},
    }
