"""Single queries that took longer than `SLOW_MS`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django_querywatch.analysis.findings import make_finding
from django_querywatch.records import Config, Finding, QueryGroup


def detect(groups: Sequence[QueryGroup], config: Config) -> Iterator[Finding]:
    """One finding for each group that holds a query over the limit."""
    if config.slow_ms is None:
        return
    for group in groups:
        stacks = [stack for stack in group.stacks if stack.longest * 1000 >= config.slow_ms]
        if stacks:
            slowest = max(stack.longest for stack in stacks)
            finding = make_finding("slow_query", "certain", group, stacks)
            yield replace(finding, avoidable=0, duration=slowest, suggestion=None, advice=None)
