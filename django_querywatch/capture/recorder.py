"""The execute wrapper, and the recordings that it reports to.

One wrapper lies on every connection for good and asks a ContextVar at execute time who is recording: entering
`connection.execute_wrapper()` per request sees nothing under ASGI, where queries run in another thread.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar
from operator import attrgetter
from time import perf_counter
from types import FrameType
from typing import Any

from django_querywatch.capture.buckets import Query
from django_querywatch.capture.faults import report_fault
from django_querywatch.capture.groups import Counts
from django_querywatch.capture.lineage import Node
from django_querywatch.capture.settled import ENOUGH, Settled, settle
from django_querywatch.capture.sighting import Evaluation, Sighting
from django_querywatch.capture.sightings import see
from django_querywatch.capture.sources import Sources
from django_querywatch.capture.stack import walk_from
from django_querywatch.fingerprint import fingerprint
from django_querywatch.records import Finding

active: ContextVar[tuple[Recorder, ...]] = ContextVar("querywatch_recorders", default=())


class Thread:
    """What the wraps of one thread tell each other."""

    __slots__ = ("evaluation", "is_noting")

    def __init__(self) -> None:
        self.evaluation: Evaluation | None = None
        """The evaluation whose query is about to run on this thread."""
        self.is_noting = False
        """This thread is in the tool's own code: a query from there is not the user's."""


class _Local(threading.local):
    """Finds a thread's own: each attribute of a `threading.local` costs ten of a plain one."""

    def __init__(self) -> None:
        self.thread = Thread()


local = _Local()


class Progress:
    """How far this process has come."""

    is_installed = False
    modules = 0
    """Modules that were imported when late targets were last looked for."""


progress = Progress()


class Recorder:
    """The counts of one unit of work. Nothing here decides; `analysis` does."""

    def __init__(self, *, floor: FrameType | None, task: Any, shows_params: bool = False) -> None:
        self.floor = floor
        """The frame that records: no walk goes above it."""
        self.task = task
        self.is_open = True
        self.has_failed = False
        self.elapsed = 0.0
        self.counts = Counts(shows_params)
        self.settled: dict[str, Settled] = {}
        """By fingerprint: the call site whose queries only count from now on."""
        self.sources = Sources()
        self.eager: Any = None
        """Sees what is loaded eagerly, where that is asked for (`eager_watch`)."""
        self.overdrawn: list[Finding] = []
        """Of the requests that were watched inside of this recording: those over their budget."""

    def close(self) -> None:
        """Stop counting: a background task may outlive its request."""
        if self.is_open:
            self.is_open = False
            self.elapsed = perf_counter() - self.counts.started
            self.floor = self.task = None


_is_open = attrgetter("is_open")


def join(recorder: Recorder) -> None:
    """Let the recorder count what this context asks from now on."""
    active.set((*filter(_is_open, active.get()), recorder))


def leave(recorder: Recorder) -> None:
    """End what `join()` began, in whatever order recordings are left.

    A generator may be closed late, in another context, or never: a token would refuse, or bring others back.
    """
    active.set(tuple(other for other in active.get() if other is not recorder and other.is_open))


def watch_query(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Django's execute-wrapper hook: run the query, and note it for whoever records."""
    recorders = active.get()
    if not recorders:
        return execute(sql, params, many, context)
    thread = local.thread
    if thread.is_noting:
        return execute(sql, params, many, context)
    evaluation, thread.evaluation = thread.evaluation, None
    start = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        duration = perf_counter() - start
        thread.is_noting = True
        try:
            _note(recorders, evaluation, sql, params, many, context, start, duration)
        except Exception as error:
            for recorder in recorders:
                recorder.has_failed = True
            report_fault(error)
        finally:
            thread.is_noting = False


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
    alias = connection.alias
    print_ = fingerprint(sql, connection.vendor)
    for recorder in recorders:
        if not recorder.is_open:
            continue
        settled = recorder.settled.get(print_.text)
        if (
            settled is not None
            and settled.alias == alias
            and settled.is_same(evaluation, _FRAMES_TO_QUERY + 1)
        ):
            recorder.counts.add_settled(settled.family, settled.bucket, print_, start, duration)
        elif print_.operation != "TRANSACTION":
            queryset = evaluation.queryset if evaluation is not None else None
            walk = walk_from(sys._getframe(_FRAMES_TO_QUERY), recorder.floor, recorder.task, queryset)
            if walk.is_set_up:
                continue
            sighting = see(walk, evaluation, print_, sql, params, recorder.sources)
            arity = len(params) if many else sighting.arity
            query = Query(alias, sql, print_, arity, params, start, duration)
            _count(recorder, sighting, query, evaluation)


_FRAMES_TO_QUERY = 2
"""From `_note` over `watch_query` to Django's frame that called it."""


def _count(recorder: Recorder, sighting: Sighting, query: Query, evaluation: Evaluation | None) -> None:
    family, bucket = recorder.counts.add(sighting, query)
    node = evaluation.node if evaluation is not None else None
    if node is not None and node.family is None and family is not None:
        node.family = family.key
    if bucket is not None and family is not None and bucket.count <= ENOUGH:
        settled = settle(sighting, family, bucket, evaluation, _FRAMES_TO_QUERY + 2)
        if settled is not None:
            recorder.settled[query.fingerprint.text] = settled


def remember_rows(rows: list[Any], node: Node) -> None:
    """Keep the values of a root's first rows for whoever records."""
    for recorder in active.get():
        recorder.sources.remember(rows, node)
