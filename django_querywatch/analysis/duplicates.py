"""The same statement with the same parameters again, where no N+1 explains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django_querywatch.analysis.findings import make_finding
from django_querywatch.records import Finding, QueryGroup, Repetition

_ADVICE = "the same question was asked before: keep the object or the result, or cache it"


def detect(repetitions: Sequence[Repetition], groups: Mapping[int, QueryGroup]) -> Iterator[Finding]:
    """One finding for each statement and parameters among groups that nothing else explains."""
    merged: dict[str, Finding] = {}
    for repetition in repetitions:
        group = groups.get(repetition.group_key)
        if group is None or not group.stacks:
            continue
        finding = replace(
            make_finding("duplicate", "certain", group, group.stacks),
            count=repetition.count,
            avoidable=repetition.count - 1,
            duration=repetition.duration,
            location=repetition.places[0] if repetition.places else None,
            locations=repetition.places,
            suggestion=None,
            advice=_ADVICE,
        )
        known = merged.get(finding.id)
        merged[finding.id] = _add(known, finding) if known else finding
    yield from merged.values()


def _add(one: Finding, other: Finding) -> Finding:
    return replace(
        one,
        count=one.count + other.count,
        avoidable=one.avoidable + other.avoidable,
        duration=one.duration + other.duration,
        locations=tuple(dict.fromkeys((*one.locations, *other.locations))),
    )
