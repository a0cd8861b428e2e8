"""The waivers that stand in the source around a finding."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache

from django_querywatch.analysis.waivers import Waiver, is_comment, parse_waiver
from django_querywatch.records import Finding, Frame, short_path


def culprits(finding: Finding) -> tuple[Frame, ...]:
    """The lines that asked, the worst first."""
    frames = (finding.location, *finding.locations)
    return tuple(dict.fromkeys(frame for frame in frames if frame is not None))


class SourceWaivers:
    """The waivers in the source of one finding."""

    def __init__(self, finding: Finding) -> None:
        self._origin = _waivers_at(finding.origin)
        self._culprits = [_waivers_at(frame) for frame in culprits(finding)]

    def allow(self, finding: Finding, today: date) -> bool:
        """Whether the queryset's line is waived, or each culprit's: one line says nothing of the others."""
        origin, *culprits = (
            any(waiver.allows(finding, today) for _, waiver in found)
            for found in (self._origin, *self._culprits)
        )
        return origin or (bool(culprits) and all(culprits))

    def explained(self, finding: Finding) -> Finding:
        """The finding with the reasons why waivers that are there are not honoured."""
        found = [pair for pairs in (self._origin, *self._culprits) for pair in pairs]
        words = finding.advice or ""
        for frame, waiver in found:
            told = f"the waiver at {short_path(frame.file)}:{frame.line} is not honoured: it {waiver.problem}"
            if waiver.problem is not None and told not in words:
                words = f"{words}; {told}" if words else told
        return replace(finding, advice=words) if words else finding


def _waivers_at(frame: Frame | None) -> list[tuple[Frame, Waiver]]:
    if frame is None:
        return []
    if frame.function is None:  # templates change without a restart
        linecache.checkcache(frame.file)
        return list(_read_waivers(frame))
    return _waivers_in_code(frame)


@lru_cache(maxsize=512)  # for each finding of each request
def _waivers_in_code(frame: Frame) -> list[tuple[Frame, Waiver]]:
    return list(_read_waivers(frame))


def _read_waivers(frame: Frame) -> Iterator[tuple[Frame, Waiver]]:
    """Those on the line itself, and on a line above that is nothing but a comment."""
    for number in (frame.line, frame.line - 1):
        line = linecache.getline(frame.file, number)
        if number == frame.line or is_comment(line):
            waiver = parse_waiver(line)
            if waiver is not None:
                yield replace(frame, line=number), waiver
