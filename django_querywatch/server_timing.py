"""The counts of a request in its `Server-Timing` header, which browsers show beside its other timings."""

from __future__ import annotations

from django.http import HttpResponseBase

from django_querywatch.records import Report
from django_querywatch.reporters.cards import make_headline

HEADER = "Server-Timing"
PANEL_ENTRY = "QueryWatchPanel_"


def add_server_timing(response: HttpResponseBase, report: Report) -> None:
    """Append an entry, unless the toolbar's panel has told already."""
    present = response.headers.get(HEADER, "")
    if PANEL_ENTRY not in present:
        response.headers[HEADER] = ", ".join(filter(None, [present, f"querywatch;{_entry(report)}"]))


def _entry(report: Report) -> str:
    return f'dur={milliseconds(report)};desc="{description(report)}"'


def milliseconds(report: Report) -> float:
    return round(report.duration * 1000, 2)


def description(report: Report) -> str:
    """``3 N+1s, 89 avoidable queries of 91``"""
    words = make_headline(report).sentence
    return f"{words} of {report.query_count}" if report.findings else words
