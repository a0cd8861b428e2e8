"""Relations and large columns that are loaded and never read: told once in a process, at the queryset's line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django_querywatch.analysis.findings import digest, named
from django_querywatch.records import (
    COLUMN_CALLS,
    ENOUGH_LOADINGS,
    ENOUGH_UNITS,
    EagerLoading,
    Finding,
    Kind,
    Report,
)


def with_unused(report: Report, loadings: Iterable[EagerLoading]) -> Report:
    """The report with a finding for each loading, behind all others."""
    found = tuple(map(_finding, loadings))
    return replace(report, findings=(*report.findings, *found)) if found else report


def unread(loadings: Iterable[EagerLoading]) -> list[EagerLoading]:
    """Of what several processes loaded, what none of them read, often enough, in more than one test."""
    by_cause: dict[tuple[object, ...], list[EagerLoading]] = {}
    for loading in loadings:
        by_cause.setdefault(_cause(loading, loading.path), []).append(loading)
    used = {cause for cause, same in by_cause.items() if any(one.is_used for one in same)}
    found = []
    for cause, same in by_cause.items():
        parent = _cause(same[0], same[0].path.rpartition("__")[0])
        count = sum(one.loadings for one in same)
        is_enough = count >= ENOUGH_LOADINGS and sum(one.units for one in same) >= ENOUGH_UNITS
        is_below_unread = parent in by_cause and parent not in used
        if is_enough and cause not in used and not is_below_unread and all(one.is_proven for one in same):
            found.append(replace(same[0], loadings=count))
    return sorted(found, key=lambda one: (one.origin.file, one.origin.line, one.path))


def _cause(loading: EagerLoading, path: str) -> tuple[object, ...]:
    return loading.origin, loading.model, path


def _finding(loading: EagerLoading) -> Finding:
    place = named(loading.origin, loading.source)
    kind: Kind = "unread_column" if loading.call in COLUMN_CALLS else "unused_eager_loading"
    parts = (kind, loading.model, loading.path, loading.call, *place)
    return Finding(
        kind=kind,
        certainty="likely",
        count=loading.loadings,
        avoidable=0,
        duration=0.0,
        alias="",
        sql="",
        fingerprint="",
        id=digest(*parts),
        model=loading.model,
        field=loading.path,
        path=loading.path,
        root_model=loading.model if loading.call == "defer" else None,
        origin=loading.origin if loading.call == "defer" else None,
        location=loading.origin,
        locations=(loading.origin,),
        source=loading.source,
        suggestion=_suggestion(loading),
        advice=_ADVICE,
    )


_ADVICE = (
    "no code that these rows come to reads it: not while they were watched, and not by what the source says"
)


def _suggestion(loading: EagerLoading) -> str:
    if loading.call == "defer":
        return f'defer("{loading.path}")'
    written = ", ".join(f'"{lookup}"' for lookup in loading.written)
    parent = loading.path.rpartition("__")[0]
    if parent:
        return f'write "{parent}" in place of {written} in {loading.call}()'
    return f"take {written} out of {loading.call}()"
