"""One report in the form that was asked for: shared by test runs and the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from django_querywatch.changed_lines import changed_lines
from django_querywatch.merged import merged_report
from django_querywatch.records import Report
from django_querywatch.reporters import agent, github, json, sarif


def render(format_name: str, reports: Sequence[Report], text: Callable[[], str]) -> str:
    """The reports in this form; `text` gives the one for people, which differs by who asks."""
    if format_name == "text":
        return text()
    return _RENDERERS[format_name](reports)


def _json_lines(reports: Sequence[Report]) -> str:
    return "\n".join(map(json.report_to_json_line, reports))


def _sarif(reports: Sequence[Report]) -> str:
    return sarif.render_report(merged_report(reports))


def _github(reports: Sequence[Report]) -> str:
    return github.render_report(merged_report(reports), changed_lines(Path.cwd()))


def _agent(reports: Sequence[Report]) -> str:
    return agent.render_report(merged_report(reports))


_RENDERERS: Mapping[str, Callable[[Sequence[Report]], str]] = {
    "json": _json_lines,
    "sarif": _sarif,
    "github": _github,
    "agent": _agent,
}
