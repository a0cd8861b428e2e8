"""The default reporter: the logger ``django_querywatch``, readable with no LOGGING configured.

WARNING: N+1s, certain or likely, and budgets that are overdrawn. INFO: potential N+1s, duplicates, slow queries.
DEBUG: totals of the rest.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from django_querywatch.records import KINDS, WARNING_KINDS, Finding, Report
from django_querywatch.reporters.escaping import escape
from django_querywatch.reporters.json import report_to_dict
from django_querywatch.reporters.repeats import Repeats
from django_querywatch.reporters.text import (
    WORST,
    headline,
    render_finding,
    render_lines,
    render_short,
    rest_line,
)

MILDER_KINDS = tuple(kind for kind in KINDS if kind not in WARNING_KINDS)
logger = logging.getLogger("django_querywatch")


_repeats = Repeats()


def report(report: Report) -> None:
    """Log the report: warnings and what is milder apart, so that levels can be told apart too."""
    if report.findings:
        _log(logging.WARNING, report, report.of_kind(*WARNING_KINDS))
        _log(logging.INFO, report, report.of_kind(*MILDER_KINDS))
    elif logger.isEnabledFor(logging.DEBUG):
        logger.debug(f"querywatch: {headline(report)}", extra=_extra(report))


def _log(level: int, report: Report, findings: tuple[Finding, ...]) -> None:
    if not findings or not logger.isEnabledFor(level):
        return
    part = report
    if len(findings) < len(report.findings):
        avoidable = min(report.avoidable, sum(finding.avoidable for finding in findings))
        part = replace(report, findings=findings, avoidable=avoidable)
    logger.log(level, _message(part), extra=_extra(part))


def _message(report: Report) -> str:
    worst = report.findings[:WORST]
    known = [_repeats.count(finding.id) > 1 for finding in worst]
    if all(known):
        return "\n".join(_reminders(report))
    rendered = [
        f"{render_short(finding)}, told before" if is_known else render_finding(finding)
        for finding, is_known in zip(worst, known, strict=True)
    ]
    return f"querywatch: {render_lines(report, rendered)}"


def _reminders(report: Report) -> list[str]:
    again = f", again in {escape(report.name)}" if report.name else ", again"
    lines = [f"querywatch: {render_short(finding)}{again}" for finding in report.findings[:WORST]]
    rest = rest_line(report)
    return [*lines, rest] if rest else lines


def _extra(report: Report) -> dict[str, object]:
    return {"querywatch": report_to_dict(replace(report, findings=report.findings[:WORST]))}
