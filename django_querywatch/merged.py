"""Many reports -> one: each cause once, with who met it and how bad it was at its worst.

No clock and no order of arrival goes into it: the same reports give the same text, however they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django_querywatch.records import KINDS, Finding, Frame, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedFinding:
    """One cause that occurred in several reports."""

    finding: Finding
    """The worst occurrence, with the places of all."""
    names: tuple[str, ...]
    """Names of the reports that hold it, the worst first, then sorted."""


@dataclass(frozen=True, slots=True)
class _Occurrence:
    name: str
    finding: Finding


def merge(reports: Iterable[Report]) -> tuple[MergedFinding, ...]:
    """The causes of all reports, worst first."""
    causes: dict[str, list[_Occurrence]] = {}
    for report in reports:
        for finding in report.findings:
            causes.setdefault(finding.id, []).append(_Occurrence(report.name, finding))
    merged = [_merge_cause(sorted(occurrences, key=_badness)) for occurrences in causes.values()]
    return tuple(sorted(merged, key=lambda one: (_rank(one.finding), -len(one.names), one.finding.id)))


def merged_report(reports: Sequence[Report], name: str = "") -> Report:
    """The same as a report, for the reporters that take one."""
    findings = tuple(one.finding for one in merge(reports))
    query_count = sum(report.query_count for report in reports)
    avoidable = sum(report.avoidable for report in reports)
    return Report(
        findings=findings,
        query_count=query_count,
        duration=sum(report.duration for report in reports),
        elapsed=sum(report.elapsed for report in reports),
        avoidable=min(avoidable, query_count),
        truncated=any(report.truncated for report in reports),
        failed=any(report.failed for report in reports),
        ignored=sum(report.ignored for report in reports),
        name=name,
    )


def _merge_cause(occurrences: Sequence[_Occurrence]) -> MergedFinding:
    worst = occurrences[0]
    known = worst.finding.locations or tuple(filter(None, [worst.finding.location]))
    others = {frame for each in occurrences[1:] for frame in each.finding.locations} - set(known)
    finding = replace(worst.finding, locations=(*known, *sorted(others, key=_place)))
    names = {each.name for each in occurrences} - {worst.name}
    return MergedFinding(finding=finding, names=(worst.name, *sorted(names)))


def _badness(occurrence: _Occurrence) -> tuple[object, ...]:
    finding = occurrence.finding
    places = tuple(_place(frame) for frame in finding.locations)
    return (_rank(finding), occurrence.name, finding.alias, finding.sql, places)


def _rank(finding: Finding) -> tuple[int, int, int, int]:
    # Reads and writes are equally bad; all other kinds stand in the order of KINDS.
    kind = max(KINDS.index(finding.kind), 1)
    return (kind, -finding.avoidable, -finding.count, finding.certainty == "likely")


def _place(frame: Frame) -> tuple[str, int, str]:
    return (frame.file, frame.line, frame.function or "")
