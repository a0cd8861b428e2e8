"""The execute wrapper, and the recordings that it reports to.

One wrapper lies on every connection for good and asks a ContextVar at execute time who is recording: entering
`connection.execute_wrapper()` per request sees nothing under ASGI, where queries run in another thread.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter
from types import FrameType
from typing import Any

from django_querywatch.capture.faults import report_fault
from django_querywatch.capture.groups import Counts
from django_querywatch.capture.sightings import Evaluation, see
from django_querywatch.capture.stack import Walk, walk_from
from django_querywatch.fingerprint import fingerprint

active: ContextVar[tuple[Recorder, ...]] = ContextVar("querywatch_recorders", default=())


class Local(threading.local):
    evaluation: Evaluation | None = None
    """The evaluation whose query is about to run on this thread."""


local = Local()


class Recorder:
    """The counts of one unit of work. Nothing here decides; `analysis` does."""

    def __init__(self, *, floor: FrameType | None, task: Any, shows_params: bool = False) -> None:
        self.floor = floor
        """The frame that records: no walk goes above it."""
        self.task = task
        self.is_open = True
        self.has_failed = False
        self.started = perf_counter()
        self.elapsed = 0.0
        self.counts = Counts(shows_params)

    def close(self) -> None:
        """Stop counting: a background task may outlive its request."""
        if self.is_open:
            self.is_open = False
            self.elapsed = perf_counter() - self.started
            self.floor = self.task = None


def watch_query(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Django's execute-wrapper hook: run the query, and note it for whoever records."""
    recorders = active.get()
    if not recorders:
        return execute(sql, params, many, context)
    evaluation, local.evaluation = local.evaluation, None
    start = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        duration = perf_counter() - start
        try:
            _note(recorders, evaluation, sql, params, many, context, start, duration)
        except Exception as error:
            for recorder in recorders:
                recorder.has_failed = True
            report_fault(error)


def _note(
    recorders: tuple[Recorder, ...],
    evaluation: Evaluation | None,
    sql: str,
    params: Any,
    many: bool,
    context: dict[str, Any],
    start: float,
    duration: float,
) -> None:
    connection = context["connection"]
    print_ = fingerprint(sql, connection.vendor)
    if print_.operation == "TRANSACTION":
        return
    for recorder in recorders:
        if not recorder.is_open:
            continue
        walk = walk_from(sys._getframe(2), recorder.floor, recorder.task)
        sighting = see(walk, evaluation, print_.text, print_.operation, params)
        arity = len(params) if many else print_.arity
        family = recorder.counts.add(
            sighting, connection.alias, sql, print_, arity, params, start - recorder.started, duration
        )
        if evaluation is not None and evaluation.node is not None and evaluation.node.family is None:
            evaluation.node.family = family
