"""Reads repeated once per row: by lineage, which is certain, and by loop, which is likely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django_querywatch.analysis.findings import make_finding
from django_querywatch.analysis.verdicts import (
    are_choices_of_several_rows,
    is_n_plus_one_by_lineage,
    is_n_plus_one_by_loop,
    places_asked_for_rows,
)
from django_querywatch.records import Config, Finding, QueryGroup, StackGroup

Explained = tuple[Sequence[int], Finding]


def detect(groups: Sequence[QueryGroup], config: Config) -> Iterator[Explained]:
    """Find the N+1 reads among the groups; with each finding come the keys of the groups it explains."""
    for group in groups:
        if group.kind == "edge":
            yield from _by_lineage(group, config)
        elif group.kind == "sql":
            yield from _by_loop(group, config)


def _by_lineage(group: QueryGroup, config: Config) -> Iterator[Explained]:
    if is_n_plus_one_by_lineage(group.stacks, config) or (
        group.shape == "choices" and are_choices_of_several_rows(group.stacks, config)
    ):
        stacks = [stack for stack in group.stacks if not stack.is_exempt]
        yield [group.key], make_finding("n_plus_one", "certain", group, stacks, group.followers)


def _by_loop(group: QueryGroup, config: Config) -> Iterator[Explained]:
    repeated = {stack.place for stack in group.stacks if is_n_plus_one_by_loop(stack, config)}
    repeated |= places_asked_for_rows(group.stacks, config)
    by_place: dict[object, list[StackGroup]] = {}
    for stack in group.stacks:
        if stack.place in repeated and not stack.is_exempt:
            by_place.setdefault(stack.place, []).append(stack)
    followers = group.followers
    for stacks in by_place.values():
        is_proven = any(stack.is_proven_source for stack in stacks)
        yield (
            [group.key],
            make_finding("n_plus_one", "certain" if is_proven else "likely", group, stacks, followers),
        )
        followers = 0
