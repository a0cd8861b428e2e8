"""The panel of django-debug-toolbar: the verdict in the sidebar, the causes and their fixes behind it."""

from __future__ import annotations

from typing import Any

from debug_toolbar.panels import Panel
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from django_querywatch.capture import fault_boundary
from django_querywatch.conf import get_config
from django_querywatch.records import Report
from django_querywatch.reporters.cards import make_board
from django_querywatch.requests import watch, watch_of
from django_querywatch.server_timing import description, milliseconds
from django_querywatch.toolbar.files import ASSETS_NAME, render, serve_asset
from django_querywatch.toolbar.stats import OtherRequest, Shown, others_with_findings, shown, stats_of
from django_querywatch.toolbar.store import content_url, is_remembered, remembered, request_id


class QueryWatchPanel(Panel):
    """Add its dotted path to `DEBUG_TOOLBAR_PANELS`; it watches by itself where the middleware is absent."""

    is_async = True
    title = "Querywatch"
    nav_title = "Querywatch"
    nav_icon = "django_querywatch/icon.svg"  # type: ignore[assignment]

    @classmethod
    def get_urls(cls) -> list[URLPattern]:
        return [path("querywatch/<str:name>", serve_asset, name=ASSETS_NAME)]

    @property
    def nav_subtitle(self) -> SafeString:
        """The verdict; with it comes the style sheet, for sidebar and panel."""
        now = shown(self.get_stats())
        return format_html(
            '<link rel="stylesheet" href="{}"{}><span class="{}">{}{}</span>',
            _asset("panel.css"),
            self._nonce(),
            "qw-nav qw-nav-findings" if now.has_findings else "qw-nav",
            "\N{WARNING SIGN}\N{VARIATION SELECTOR-15} " if now.has_findings else "",
            now.sentence,
        )

    @property
    def scripts(self) -> list[str]:
        return [*super().scripts, _asset("panel.js")]

    @property
    def content(self) -> SafeString:
        with fault_boundary:
            return render("panel.html", self._context(shown(self.get_stats())))
        return render("panel.html", {"shown": Shown(state="failed")})

    def process_request(self, request: HttpRequest) -> Any:
        watching = watch(request)
        if watching is None:
            return super().process_request(request)
        return watching.respond(super().process_request)

    def generate_stats(self, request: HttpRequest, response: HttpResponseBase) -> None:
        with fault_boundary:
            watching = watch_of(request)
            if watching is None:
                self.record_stats({"state": "unwatched" if get_config().enabled else "disabled"})
                return
            self._record(watching.report or watching.analyzed(), is_running=watching.report is None)
            if watching.report is None:
                watching.listeners.append(self._complete)
            return
        self.record_stats({"state": "failed"})

    def generate_server_timing(self, request: HttpRequest, response: HttpResponseBase) -> None:
        report = shown(self.get_stats()).report
        if report is not None:
            self.record_server_timing("queries", description(report), milliseconds(report))

    def _complete(self, report: Report) -> None:
        """A streamed body ended, or middleware above the toolbar is done."""
        if is_remembered(self.toolbar):
            self._record(report, is_running=False)

    def _record(self, report: Report, *, is_running: bool) -> None:
        self.record_stats(stats_of(report, is_running=is_running))

    def _context(self, now: Shown) -> dict[str, object]:
        return {
            "shown": now,
            "board": make_board(now.report, get_config()) if now.report else None,
            "own_url": self._content_url(request_id(self.toolbar)),
            "others": [(other, self._content_url(other.identity)) for other in self._others()],
        }

    def _others(self) -> list[OtherRequest]:
        return others_with_findings(remembered(self.toolbar, self.panel_id), but_not=request_id(self.toolbar))

    def _content_url(self, identity: str | None) -> str:
        return content_url(identity, self.panel_id) if identity else ""

    def _nonce(self) -> SafeString | str:
        nonce = self.toolbar.csp_nonce if self.toolbar.request is not None else None
        return format_html(' nonce="{}"', nonce) if nonce else ""


def _asset(name: str) -> str:
    return reverse(f"djdt:{ASSETS_NAME}", kwargs={"name": name})
