"""Frames that await a query: what the worker thread's own stack cannot show.

The ORM's asynchronous methods run in a worker thread whose stack ends in asgiref. The task that waits for that
thread is found through the list that asgiref hands to both sides (`task_context`); from its coroutine,
`cr_await` leads to the frame that awaits (PEP 492).
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any, NamedTuple

_DEEPEST = 100


class Awaiting(NamedTuple):
    """The suspended frames that wait for a thread, innermost first."""

    own: list[FrameType]
    """Of the task that waits."""
    parents: list[FrameType]
    """Of the task that gathers it: the one that the recording began in, where that is another, or who waits for it."""


def awaiting_frames(handler: FrameType | None, task: Any) -> Awaiting:
    """Find who waits for this thread.

    `handler` is asgiref's frame on the worker thread, None for a thread that asgiref did not start; `task` is
    the task that the recording began in, None outside of a loop.
    """
    parents = _chain(task) if task is not None else []
    if handler is None:
        return Awaiting(parents, [])
    names = handler.f_locals
    shared, loop = names.get("task_context"), names.get("loop")
    if not _waits_for(parents, shared):
        tasks = _all_tasks(loop)
        for other in tasks:
            own = _chain(other)
            if _waits_for(own, shared):
                return Awaiting(own, parents if task is not None else _gathering(other, tasks))
    return Awaiting(parents, [])


def _all_tasks(loop: Any) -> set[Any]:
    try:
        return asyncio.all_tasks(loop)
    except RuntimeError:  # the set changed while this thread copied it
        return set()


def _gathering(child: Any, tasks: set[Any]) -> list[FrameType]:
    """The frames that gather a task, where the recording began outside of the loop: below `asyncio.run()`, say."""
    for task in tasks:
        waits_on = getattr(task, "_fut_waiter", None)
        if child in getattr(waits_on, "_children", ()):
            return _chain(task)
        frames = _chain(task) if waits_on is not None else []
        if any(child in _tasks_of_group(frame) for frame in frames[:4]):
            return frames
    return []


def _tasks_of_group(frame: FrameType) -> Any:
    """The tasks that an `asyncio.TaskGroup` waits for at the end of its block."""
    group = frame.f_locals.get("self") if frame.f_code.co_name in ("__aexit__", "_aexit") else None
    return group._tasks if isinstance(group, asyncio.TaskGroup) else ()


def _waits_for(frames: list[FrameType], shared: Any) -> bool:
    return shared is not None and any(
        frame.f_code.co_name == "__call__" and frame.f_locals.get("task_context") is shared
        for frame in frames[:16]
    )


def _chain(task: Any) -> list[FrameType]:
    coroutine = task.get_coro()
    if getattr(coroutine, "cr_running", False):
        return _running(task, coroutine.cr_frame)
    frames = [frame for frame in _iter_frames(coroutine) if frame is not None]
    frames.reverse()
    return frames


def _running(task: Any, outermost: FrameType | None) -> list[FrameType]:
    """The frames of a task that has just handed over the work, and has not come to wait for it: its thread's stack."""
    frame = sys._current_frames().get(getattr(task.get_loop(), "_thread_id", None) or 0)
    frames: list[FrameType] = []
    while frame is not None and len(frames) < _DEEPEST:
        frames.append(frame)
        if frame is outermost:
            return frames
        frame = frame.f_back
    return []


def _iter_frames(awaited: Any) -> Iterator[FrameType | None]:
    for _ in range(_DEEPEST):
        if isinstance(awaited, CoroutineType):
            yield awaited.cr_frame
            awaited = awaited.cr_await
        elif isinstance(awaited, AsyncGeneratorType):
            yield awaited.ag_frame
            awaited = awaited.ag_await
        elif isinstance(awaited, GeneratorType):
            yield awaited.gi_frame
            awaited = awaited.gi_yieldfrom
        else:
            awaited = _behind(awaited)
        if awaited is None:
            return


def _behind(awaited: Any) -> Any:
    """What an `asend()` or a coroutine's wrapper stands for; they tell it to the garbage collector only."""
    if type(awaited).__name__ not in ("async_generator_asend", "async_generator_athrow", "coroutine_wrapper"):
        return None
    inner = gc.get_referents(awaited)
    return next((i for i in inner if isinstance(i, (CoroutineType, AsyncGeneratorType))), None)
