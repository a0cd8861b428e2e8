"""The one-row case: what would be an N+1 with more rows than the data happens to have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django_querywatch.analysis.findings import make_finding
from django_querywatch.analysis.n_plus_one import Explained
from django_querywatch.analysis.verdicts import is_potential
from django_querywatch.records import Certainty, Config, QueryGroup


def detect(groups: Sequence[QueryGroup], config: Config) -> Iterator[Explained]:
    """Find relations fetched lazily in a loop over a set that could have many rows, and had one."""
    for group in groups:
        stacks = [stack for stack in group.stacks if is_potential(stack)]
        if stacks:
            certainty: Certainty = "certain" if all(stack.has_row_loop for stack in stacks) else "likely"
            yield [group.key], make_finding("potential_n_plus_one", certainty, group, stacks)
