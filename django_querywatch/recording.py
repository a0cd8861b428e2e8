"""`record()` and `pause()`: watching anything, request or not."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import Token
from datetime import date
from functools import wraps
from types import FrameType, TracebackType
from typing import Any, TypeVar

from django_querywatch.analysis import analyze
from django_querywatch.analysis.budgets import with_overdrawn
from django_querywatch.analysis.ignores import without_ignored
from django_querywatch.analysis.unused_eager import with_unused
from django_querywatch.capture import (
    Recorder,
    active,
    fault_boundary,
    install,
    join,
    leave,
    query_groups,
    repetitions,
    row_checks,
    set_project_packages,
    unread_loadings,
    watch_eager_loading,
)
from django_querywatch.conf import get_config
from django_querywatch.records import Config, Report

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Recording:
    """What was captured between entering and leaving; `report()` says what it means."""

    def __init__(self, name: str, config: Config, floor: FrameType | None) -> None:
        self.name = name
        self.names: dict[str, Any] = {}
        """Of a request: its route, its url_name and its view, once these are known."""
        self.config = config
        self.recorder = Recorder(floor=floor, task=_current_task(), shows_params=config.show_params)
        if config.judges_loading:
            watch_eager_loading(self.recorder, config.unused_eager, config.unread_columns)

    @property
    def query_count(self) -> int:
        return self.recorder.counts.query_count

    def report(self, config: Config | None = None) -> Report:
        """Analyze what was captured so far, by other settings where some are given; it does not raise.

        What is ignored is left out here, for every channel.
        Where the analysis itself fails, the totals are left, and the report is one that failed.
        """
        with fault_boundary:
            return self._analyzed(config or self.config)
        self.recorder.has_failed = True
        return self._totals()

    def _totals(self) -> Report:
        counts = self.recorder.counts
        return Report(
            query_count=counts.query_count,
            duration=counts.duration,
            elapsed=self.recorder.elapsed,
            truncated=counts.is_truncated,
            failed=self.recorder.has_failed,
            name=self.name,
            **self.names,
        )

    def _analyzed(self, config: Config) -> Report:
        counts = self.recorder.counts
        report = analyze(
            query_groups(counts, config.slow_ms / 1000 if config.slow_ms is not None else None),
            repetitions(counts),
            config,
            self._totals(),
            row_checks(counts),
        )
        report = with_overdrawn(report, self.recorder.overdrawn)
        eager = self.recorder.eager
        if eager is not None and config.judges_loading:
            report = with_unused(report, unread_loadings(eager.tallies, eager.number))
        return without_ignored(report, config, date.today())


class _Scope:
    """A context manager, sync and async, and a decorator of functions of both kinds."""

    def _again(self) -> _Scope:
        raise NotImplementedError

    def __enter__(self) -> Any:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Any:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: _Function) -> _Function:
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def scoped_async(*args: Any, **kwargs: Any) -> Any:
                with self._again():
                    return await function(*args, **kwargs)

            return scoped_async  # type: ignore[return-value]

        @wraps(function)
        def scoped(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return scoped  # type: ignore[return-value]


class record(_Scope):  # noqa: N801 - used as a verb: `with record() as recording`
    """Watch the queries of a block or of each call of a function, whatever `ENABLED` says.

    As a context manager, `with` or `async with`, it gives a `Recording`. As a decorator it delivers each
    call's report to the reporters.
    """

    def __init__(
        self, name: str = "", *, config: Config | None = None, floor: FrameType | None = None
    ) -> None:
        self.name = name
        self._config = config
        self._floor = floor
        self._recordings: list[Recording] = []
        self._delivers = False

    def __enter__(self) -> Recording:
        config = self._config or get_config()
        recording = Recording(self.name, config, self._floor or _caller())
        self._recordings.append(recording)
        with fault_boundary:
            install()
            set_project_packages(config.project_packages)
            join(recording.recorder)
            return recording
        recording.recorder.has_failed = True
        return recording

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        recording = self._recordings.pop()
        with fault_boundary:
            leave(recording.recorder)
            recording.recorder.close()
            if self._delivers:
                _deliver(recording)

    def __call__(self, function: _Function) -> _Function:
        self.name = self.name or f"{function.__module__}.{function.__qualname__}"
        return super().__call__(function)

    def _again(self) -> record:
        scope = record(self.name, config=self._config)
        scope._delivers = True
        return scope


class pause(_Scope):  # noqa: N801 - used as a verb, like record
    """Stop capturing for a block or a function: nothing inside it counts."""

    def __init__(self) -> None:
        self._tokens: list[Token[tuple[Recorder, ...]]] = []

    def __enter__(self) -> None:
        self._tokens.append(active.set(()))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ValueError):  # a generator that is closed in another context: nothing was paused there
            active.reset(self._tokens.pop())

    def _again(self) -> pause:
        return pause()


def _deliver(recording: Recording) -> None:
    from django_querywatch.reporters import deliver

    deliver(recording.report(), recording.config.reporters)


def _caller() -> FrameType | None:
    """The frame that entered the scope: the first one outside of this module."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame


def _current_task() -> Any:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
