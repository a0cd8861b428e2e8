"""When the queries ran: one row of marks over the length of the request, as an SVG path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django_querywatch.records import Finding
from django_querywatch.reporters.wording import milliseconds, queries

WIDTH = 1000
"""Units of the drawing from the request's start to its end."""
_NARROWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    path: str
    """The ``d`` of an SVG path, 10 units high."""
    words: str
    """The same for those who do not see it."""
    end: str
    note: str
    """How many are drawn, where that is not all."""


def make_timeline(finding: Finding, elapsed: float) -> Timeline | None:
    """None where nothing was measured."""
    if not finding.timeline or elapsed <= 0:
        return None
    spans = list(_merged(_spans(finding.timeline, elapsed)))
    return Timeline(
        path="".join(f"M{start} 0h{end - start}v10h-{end - start}z" for start, end in spans),
        words=_words(finding, elapsed),
        end=milliseconds(elapsed),
        note=f"first {len(finding.timeline)}" if len(finding.timeline) < finding.count else "",
    )


def _spans(timeline: Sequence[tuple[float, float]], elapsed: float) -> Iterator[tuple[int, int]]:
    for start, duration in sorted(timeline):
        left = min(max(round(start / elapsed * WIDTH), 0), WIDTH - _NARROWEST)
        right = min(round((start + duration) / elapsed * WIDTH), WIDTH)
        yield left, max(right, left + _NARROWEST)


def _merged(spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join what overlaps, so that ten thousand queries draw no more than there is room for."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current is not None and start <= current[1]:
            current = (current[0], max(end, current[1]))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _words(finding: Finding, elapsed: float) -> str:
    first = min(start for start, _ in finding.timeline)
    last = max(start + duration for start, duration in finding.timeline)
    shown = len(finding.timeline)
    which = queries(shown) if shown >= finding.count else f"the first {shown} of {queries(finding.count)}"
    span = f"between {milliseconds(first)} and {milliseconds(last)}"
    return f"{which} {span} of a request of {milliseconds(elapsed)}"
