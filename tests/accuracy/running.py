"""One request of a scenario, through the whole cycle, bare or watched."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import admin
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from django.views import View as ClassView

from tests.accuracy import database
from tests.accuracy.counting import counted
from tests.accuracy.declare import Scenario, View


@dataclass(frozen=True)
class Run:
    """What one run showed."""

    queries: int
    reports: tuple[Any, ...] = ()

    @property
    def findings(self) -> tuple[Any, ...]:
        return tuple(finding for report in self.reports for finding in report.findings)


def run(scenario: Scenario, view: View | None, rows: int, *, watched: bool = False) -> Run:
    """Empty the database, make the rows, send the request, and count."""
    database.fill(scenario.populate, rows)
    with override_settings(**_settings(scenario, view, watched=False)):
        if scenario.warm:
            _request(scenario, view)
    with (
        override_settings(**_settings(scenario, view, watched=watched)),
        _reports() as reports,
        counted() as statements,
    ):
        _request(scenario, view)
    if any(report.failed for report in reports):
        raise AssertionError("the tool itself failed; its log has the traceback")
    return Run(len(statements), tuple(reports))


def _settings(scenario: Scenario, view: View | None, *, watched: bool) -> dict[str, Any]:
    first = [settings.QUERYWATCH_MIDDLEWARE] if watched else []
    return {
        "MIDDLEWARE": [*first, *settings.BARE_MIDDLEWARE, *scenario.middleware],
        "ROOT_URLCONF": urlconf(scenario, view),
        **(scenario.settings or {}),
    }


def urlconf(scenario: Scenario, view: Any) -> Any:
    """The scenario's own URLs: its view or views under its name, and the admin."""
    patterns = [path("admin/", admin.site.urls)]
    if scenario.routes:
        patterns += scenario.routes(view)
    elif isinstance(view, list):
        patterns += view
    elif view is not None:
        shown = view.as_view() if inspect.isclass(view) and issubclass(view, ClassView) else view
        patterns.append(path(f"{scenario.name}/", shown, name=scenario.name))
    return _URLs(patterns)


class _URLs:
    """A urlconf that can be hashed, as the resolver's cache wants it."""

    def __init__(self, urlpatterns: list[Any]) -> None:
        self.urlpatterns = urlpatterns


def _request(scenario: Scenario, view: View | None) -> None:
    url = f"/{scenario.name}/"
    if scenario.asynchronous or asyncio.iscoroutinefunction(view):
        async_to_sync(_ask_async)(scenario, url)
        return
    response = scenario.ask(Client(), url) if scenario.ask else Client().get(url)
    _consume(response)


async def _ask_async(scenario: Scenario, url: str) -> None:
    client = AsyncClient()
    response = await (scenario.ask(client, url) if scenario.ask else client.get(url))
    if response.streaming:
        async for _ in response:
            pass
        response.close()
    _check(response)


def _consume(response: Any) -> None:
    if response.streaming:
        b"".join(response.streaming_content)
        response.close()
    _check(response)


def _check(response: Any) -> None:
    if response.status_code >= 400:
        raise AssertionError(f"the view answered {response.status_code}")


@contextmanager
def _reports() -> Iterator[list[Any]]:
    try:
        from django_querywatch.signals import report_ready
    except ImportError:
        yield []
        return
    received: list[Any] = []

    def keep(report: Any, **kwargs: Any) -> None:
        received.append(report)

    report_ready.connect(keep)
    try:
        yield received
    finally:
        report_ready.disconnect(keep)
