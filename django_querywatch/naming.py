"""Naming a report after the URL pattern and the view that answered, once these are known."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import ResolverMatch

from django_querywatch.analysis.budgets import with_overdrawn
from django_querywatch.analysis.ignores import without_ignored
from django_querywatch.budgets import overdraft
from django_querywatch.recording import Recording
from django_querywatch.records import Config, Report


def named(recording: Recording, match: ResolverMatch | None, method: str, config: Config) -> Report:
    """The recording's report with its names and its view's budget, without what is ignored for these names."""
    if match is None:
        return recording.report()
    view: Any = getattr(match.func, "view_class", match.func)
    name = f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', type(view).__qualname__)}"
    recording.names = {"route": match.route, "url_name": match.view_name, "view": name}
    report = recording.report()
    found = overdraft(recording, report, match, method, config)
    if found is None:
        return report
    return without_ignored(with_overdrawn(report, [found]), config, date.today())
