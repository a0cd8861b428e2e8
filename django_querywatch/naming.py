"""Naming a report after the URL pattern and the view that answered, once these are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.urls import ResolverMatch

from django_querywatch.analysis.ignores import without_ignored
from django_querywatch.records import Config, Report


def named(report: Report, match: ResolverMatch | None, config: Config) -> Report:
    """The report with its names, without what is ignored for requests of these names."""
    if match is None:
        return report
    view: Any = getattr(match.func, "view_class", match.func)
    name = f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', type(view).__qualname__)}"
    report = replace(report, route=match.route, url_name=match.view_name, view=name)
    return without_ignored(report, config, date.today())
