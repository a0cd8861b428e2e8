"""Naming a report after the URL pattern and the view that answered, once these are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.urls import ResolverMatch

from django_querywatch.analysis.budgets import with_overdrawn
from django_querywatch.analysis.ignores import without_ignored
from django_querywatch.budgets import overdraft
from django_querywatch.recording import Recording
from django_querywatch.records import Config, Report


def named(recording: Recording, match: ResolverMatch | None, method: str, config: Config) -> Report:
    """The recording's report with its names, its view's budget, and without what is ignored for these names."""
    report = recording.report()
    if match is None:
        return report
    view: Any = getattr(match.func, "view_class", match.func)
    name = f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', type(view).__qualname__)}"
    report = replace(report, route=match.route, url_name=match.view_name, view=name)
    found = overdraft(recording, report, match, method, config)
    if found is not None:
        report = with_overdrawn(report, [found])
    return without_ignored(report, config, date.today())
