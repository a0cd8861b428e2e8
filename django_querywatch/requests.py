"""Watching one request, its streamed body included; shared by the middleware and the toolbar's panel."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from inspect import isawaitable
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import NoReverseMatch, reverse

from django_querywatch.capture import (
    active,
    end_walks_at,
    fault_boundary,
    install,
    join,
    leave,
    set_project_packages,
)
from django_querywatch.capture.faults import guarded
from django_querywatch.conf import get_config
from django_querywatch.naming import named
from django_querywatch.recording import Recording
from django_querywatch.records import Config, Report
from django_querywatch.reporters import deliver
from django_querywatch.signals import report_ready

ATTRIBUTE = "_querywatch"
"""Where a watched request keeps its watch, so that middleware and panel do not watch it twice."""


class RequestWatch:
    """The watching of one request: enter it around whatever works for the request, then finish it."""

    def __init__(self, request: HttpRequest, config: Config) -> None:
        self.request: Any = request
        """None once the watch is finished: the request refers to the watch, and both would wait for `gc`."""
        self.config = config
        self.recording = Recording(f"{request.method} {request.path}", config, None)
        self.is_finished = False
        self.report: Report | None = None
        self.listeners: list[Callable[[Report], None]] = []
        """Told when the report is made, which for a streamed body is later than the response."""
        setattr(request, ATTRIBUTE, self)

    @guarded
    def __enter__(self) -> None:
        join(self.recording.recorder)

    @guarded
    def __exit__(self, *error: object) -> None:
        leave(self.recording.recorder)

    def respond(self, get_response: Callable[[HttpRequest], Any]) -> Any:
        """The response to the request, or where that is to be awaited, a coroutine for it."""
        try:
            with self:
                response = get_response(self.request)
        except BaseException:
            self.finish()
            raise
        if isawaitable(response):  # nothing has run yet
            return self._respond_later(response)
        self.leave(response)
        return response

    async def _respond_later(self, coming: Awaitable[HttpResponseBase]) -> HttpResponseBase:
        try:
            with self:
                response = await coming
        except BaseException:
            self.finish()
            raise
        self.leave(response)
        return response

    @guarded
    def leave(self, response: HttpResponseBase) -> None:
        """The view is done: report now, or when the stream ends."""
        with fault_boundary:
            if isinstance(response, StreamingHttpResponse):
                self._follow(response)
                return
        self.finish()

    @guarded
    def finish(self) -> None:
        """Close the recording, tell the signal's receivers and the reporters; once."""
        if self.is_finished:
            return
        self.is_finished = True
        with fault_boundary:
            self.recording.recorder.close()
            self.report = self.analyzed()
            for recorder in active.get():
                recorder.overdrawn += self.report.of_kind("over_budget")
            deliver(self.report, self.config.reporters)
        if self.report is None:
            self.report = Report(failed=True, name=self.recording.name)
        with fault_boundary:
            for _receiver, answer in report_ready.send_robust(
                sender=RequestWatch, report=self.report, request=self.request
            ):
                if isinstance(answer, Exception):
                    raise answer
        for listener in self.listeners:
            with fault_boundary:
                listener(self.report)
        self.request = None

    def analyzed(self) -> Report:
        """The report of what was captured so far, under the names of the request."""
        match = getattr(self.request, "resolver_match", None)
        return named(self.recording, match, self.request.method or "", self.config)

    def _follow(self, response: StreamingHttpResponse) -> None:
        content = response.streaming_content
        if response.is_async:
            response.streaming_content = self._follow_async(content)  # type: ignore[arg-type]
        else:
            response.streaming_content = self._follow_sync(content)  # type: ignore[arg-type]
        # A client may leave before the first chunk: closing the response ends the watch, too.
        response._resource_closers.append(self.finish)  # type: ignore[attr-defined]

    def _follow_sync(self, content: Iterator[bytes]) -> Iterator[bytes]:
        chunks = iter(content)
        try:
            while True:
                with self:  # around each step, never across a yield
                    try:
                        chunk = next(chunks)
                    except StopIteration:
                        return
                yield chunk
        finally:
            self.finish()

    async def _follow_async(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        chunks = aiter(content)
        try:
            while True:
                with self:
                    try:
                        chunk = await anext(chunks)
                    except StopAsyncIteration:
                        return
                yield chunk
        finally:
            self.finish()


end_walks_at(
    RequestWatch.respond, RequestWatch._respond_later, RequestWatch._follow_sync, RequestWatch._follow_async
)


@guarded
def watch(request: HttpRequest) -> RequestWatch | None:
    """Begin to watch a request; None where it is left out, or watched already."""
    config = get_config()
    if (
        config.enabled
        and watch_of(request) is None
        and _is_sampled(config, request.path)
        and not _is_toolbars(request)
    ):
        install()
        set_project_packages(config.project_packages)
        return RequestWatch(request, config)
    return None


def watch_of(request: HttpRequest) -> RequestWatch | None:
    """The watch of a request that is, or was, watched."""
    watching: RequestWatch | None = getattr(request, ATTRIBUTE, None)
    return watching


def _is_sampled(config: Config, path: str) -> bool:
    rate = config.sample_rate
    if isinstance(rate, Mapping):  # by path: the route is not known before the request is resolved
        rate = next((share for glob, share in rate.items() if fnmatchcase(path, glob)), 0)
    return rate >= 1 or random.random() < rate


def _is_toolbars(request: HttpRequest) -> bool:
    if not apps.is_installed("debug_toolbar"):
        return False
    try:
        return request.path.startswith(reverse("djdt:render_panel").removesuffix("render_panel/"))
    except NoReverseMatch:
        return False
