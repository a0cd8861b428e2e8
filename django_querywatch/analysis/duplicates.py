"""The same statement with the same parameters again, where no N+1 explains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django_querywatch.analysis.findings import add, make_finding, root_lineage
from django_querywatch.records import Finding, Frame, QueryGroup, Repetition, StackGroup

_ADVICE = "the same question was asked before: keep the object or the result, or cache it"


def detect(repetitions: Sequence[Repetition], groups: Mapping[int, QueryGroup]) -> Iterator[Finding]:
    """One finding for each statement and parameters among groups that nothing else explains."""
    merged: dict[str, Finding] = {}
    for repetition in repetitions:
        group = groups.get(repetition.group_key)
        if group is None or not group.stacks:
            continue
        asking = [stack for stack in group.stacks if stack.place in repetition.places] or group.stacks
        worst = max(asking, key=lambda stack: stack.count)
        locations = sorted(repetition.places, key=lambda place: place != worst.place)
        location = locations[0] if locations else None
        finding = replace(
            make_finding("duplicate", "certain", group, asking),
            count=repetition.count,
            avoidable=repetition.count - 1,
            duration=repetition.duration,
            location=location,
            locations=tuple(locations),
            source=worst.source if worst.place == location else None,
            origin=_built(worst),
            suggestion=None,
            advice=_ADVICE,
        )
        known = merged.get(finding.id)
        merged[finding.id] = add(known, finding) if known else finding
    yield from merged.values()


def _built(stack: StackGroup) -> Frame | None:
    """The rows that a loop around it goes over do not lead to what is asked alike for each of them."""
    lineage = root_lineage(replace(stack, source_rows=None))
    if lineage is not None:
        return lineage.origin
    return stack.built if not stack.is_foreign else None
