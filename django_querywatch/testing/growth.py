"""`assertQueriesConstant`: more rows, the same number of queries. The only proof that needs no rule."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from asgiref.sync import sync_to_async

from django_querywatch.capture import query_groups
from django_querywatch.recording import Recording
from django_querywatch.records import Config, QueryGroup
from django_querywatch.testing.failing import group_text
from django_querywatch.testing.watching import Watch, blind_spot, own_failure

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Run:
    """The queries of one run, by alias and fingerprint."""

    scale: int
    query_count: int
    groups: dict[_Key, tuple[QueryGroup, ...]]

    def count(self, key: _Key) -> int:
        return sum(group.count + group.followers for group in self.groups.get(key, ()))


def assertQueriesConstant(populate: Any, run: Callable[[], Any], scales: Sequence[int] = (1, 2, 5)) -> Any:
    """Fail when `run` makes more queries with more rows.

    `populate` is a Factory Boy factory, or a callable that makes as many rows as it is told. It is called
    once a scale and adds what is missing to it: at the scales 1, 2, 5 it makes 1, then 1, then 3. A
    coroutine function as `run` gives a coroutine to be awaited.
    """
    __tracebackhide__ = True
    _check_scales(scales)
    if inspect.iscoroutinefunction(run):
        return _compare_async(populate, run, scales)
    runs = []
    for scale, missing in _steps(scales):
        _make(populate, missing)
        with Watch("assertQueriesConstant", Config()) as recording:
            run()
            blind = blind_spot(recording)
        runs.append(_seen(scale, recording, blind))
    _judge(runs)
    return None


async def _compare_async(populate: Any, run: Callable[[], Any], scales: Sequence[int]) -> None:
    __tracebackhide__ = True
    runs = []
    for scale, missing in _steps(scales):
        await sync_to_async(_make)(populate, missing)
        with Watch("assertQueriesConstant", Config()) as recording:
            await run()
            blind = blind_spot(recording)
        runs.append(_seen(scale, recording, blind))
    _judge(runs)


def _check_scales(scales: Sequence[int]) -> None:
    if len(scales) < 2 or scales[0] < 0 or any(more <= less for less, more in pairwise(scales)):
        raise ValueError(
            f"scales: must be two or more growing numbers from 0 on, such as (1, 2, 5), not {scales!r}"
        )


def _steps(scales: Sequence[int]) -> list[tuple[int, int]]:
    return [(scale, scale - before) for before, scale in zip((0, *scales), scales, strict=False)]


def _make(populate: Any, count: int) -> None:
    if count:
        getattr(populate, "create_batch", populate)(count)


def _seen(scale: int, recording: Recording, blind: str | None) -> _Run:
    __tracebackhide__ = True
    if problem := blind or own_failure(recording):
        raise AssertionError(problem)
    groups: dict[_Key, tuple[QueryGroup, ...]] = {}
    for group in query_groups(recording.recorder.counts, 0.0):
        key = (group.alias, group.fingerprint)
        groups[key] = (*groups.get(key, ()), group)
    return _Run(scale, recording.query_count, groups)


def _judge(runs: Sequence[_Run]) -> None:
    __tracebackhide__ = True
    if not any(run.query_count for run in runs):
        raise AssertionError(
            "run() made no query at any scale, so nothing is proven: is its result lazy, or cached?"
        )
    grown = [key for key in runs[-1].groups if _has_grown(key, runs)]
    if grown or runs[-1].query_count > runs[0].query_count:
        raise AssertionError(_text(runs, grown))


def _has_grown(key: _Key, runs: Sequence[_Run]) -> bool:
    # The first run may fill caches, or take another way with a single row: what grows on after it, grows.
    return runs[-1].count(key) > runs[-2].count(key) > 0


def _text(runs: Sequence[_Run], grown: Sequence[_Key]) -> str:
    totals = ", ".join(f"{run.query_count} at {run.scale}" for run in runs)
    lines = [f"The number of queries grows with the data: {totals} rows."]
    news = [key for key in runs[-1].groups if runs[-1].count(key) > runs[0].count(key)]
    for key in grown or news:
        counts = " -> ".join(str(run.count(key)) for run in runs)
        lines += [
            f"  {counts} ({key[0]}), at the last scale {group_text(group)}" for group in runs[-1].groups[key]
        ]
    return "\n".join(lines)
