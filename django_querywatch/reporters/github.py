"""GitHub Actions: annotations on the culprit lines, and a Markdown summary of the step."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from django_querywatch.records import WARNING_KINDS, Finding, Frame, Report
from django_querywatch.reporters import wording
from django_querywatch.reporters.escaping import escape
from django_querywatch.reporters.text import headline, render_finding, rest_line
from django_querywatch.reporters.uris import relative_path

MOST_ANNOTATIONS = 10
"""GitHub shows no more of a step."""
MOST_ROWS = 50

ChangedLines = Mapping[str, Collection[int]]
"""Path relative to the repository's root -> the lines of it that a change touched."""


def render_report(report: Report, changed: ChangedLines | None = None) -> str:
    """Workflow commands for the ten worst findings, those on changed lines first."""
    findings = sorted(report.findings, key=lambda finding: not _is_on(changed or {}, finding))
    return "\n".join(map(_command, findings[:MOST_ANNOTATIONS]))


def render_summary(report: Report) -> str:
    """Markdown: a headline and a table of findings."""
    lines = [f"### {_markdown(headline(report))}", ""]
    if report.findings:
        lines += ["| Finding | Line | Queryset | Fix |", "| --- | --- | --- | --- |"]
        lines += [_row(finding) for finding in report.findings[:MOST_ROWS]]
    rest = rest_line(report, shown=MOST_ROWS)
    return "\n".join([*lines, "", _markdown(rest)] if rest else lines) + "\n"


def append_summary(report: Report) -> None:
    """Add the summary to the step's, where GitHub named a file for it."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(render_summary(report))


def _is_on(changed: ChangedLines, finding: Finding) -> bool:
    places = (finding.location, finding.origin, *finding.locations)
    return any(place.line in changed.get(relative_path(place.file), ()) for place in places if place)


def _command(finding: Finding) -> str:
    level = "warning" if finding.kind in WARNING_KINDS else "notice"
    place = finding.location or finding.origin
    properties = {}
    if place:
        properties = {"file": escape(relative_path(place.file), 1000), "line": str(max(place.line, 1))}
    properties["title"] = f"{wording.label(finding)}: {wording.subject(finding)}"
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {written}::{_data(render_finding(finding))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _row(finding: Finding) -> str:
    fix = wording.fix(finding) or finding.advice or ""
    cells = [wording.sentence(finding), _place(finding.location), _place(finding.origin), fix]
    return f"| {' | '.join(_markdown(cell) for cell in cells)} |"


def _place(frame: Frame | None) -> str:
    return f"{relative_path(frame.file)}:{frame.line}" if frame else ""


def _markdown(text: str) -> str:
    # Entities are text to Markdown whatever they stand for: no table, link, mention or tag can come of them.
    return re.sub(r"[^\w\s/,=-]|_", lambda found: f"&#{ord(found[0])};", escape(text, limit=600))
