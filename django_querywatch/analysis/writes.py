"""Writes repeated once per row: `save()`, `create()`, `delete()`, `add()` and the like in a loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django_querywatch.analysis.findings import make_finding
from django_querywatch.analysis.n_plus_one import Explained
from django_querywatch.analysis.verdicts import is_n_plus_one_write
from django_querywatch.records import Config, QueryGroup, StackGroup


def detect(groups: Sequence[QueryGroup], config: Config) -> Iterator[Explained]:
    """Find the N+1 writes; all statements that one call sends belong to its finding."""
    for group in groups:
        if group.kind != "write":
            continue
        stacks = [stack for stack in group.stacks if not (stack.is_exempt or _is_for_one_row(group, stack))]
        if any(is_n_plus_one_write(stack, config) for stack in stacks):
            is_certain = any(stack.has_row_loop for stack in stacks)
            yield (
                [group.key],
                make_finding("n_plus_one_write", "certain" if is_certain else "likely", group, stacks),
            )


def _is_for_one_row(group: QueryGroup, stack: StackGroup) -> bool:
    """Whether no rows lead to the writes: they note how far the work is, or who has taken what."""
    is_set = not group.bulk.has_expressions  # what adds up might do so in Python
    return is_set and (stack.writes_one or stack.writes_next) and not stack.has_row_loop
