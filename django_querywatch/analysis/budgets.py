"""A view that made more queries than it may: a finding that says what they went for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django_querywatch.analysis.findings import digest
from django_querywatch.records import (
    N_PLUS_ONE_KINDS,
    Budget,
    Finding,
    Frame,
    QueryGroup,
    Report,
    Statement,
)

_MOST_STATEMENTS = 3


def over_budget(
    groups: Sequence[QueryGroup], budget: Budget, report: Report, place: Frame | None, source: str | None
) -> Finding:
    """The finding that the queries of a report are more than the budget allows; `place` is where it stands."""
    statements = _statements(groups)
    worst = max(groups, key=lambda group: group.count, default=None)
    return Finding(
        kind="over_budget",
        certainty="certain",
        count=report.query_count,
        avoidable=0,
        duration=report.duration,
        alias=worst.alias if worst else "default",
        sql="",
        fingerprint="",
        id=digest("over_budget", budget.view),
        location=place,
        locations=(place,) if place else (),
        source=source,
        budget=replace(budget, statements=tuple(statements[:_MOST_STATEMENTS])),
    )


def with_overdrawn(report: Report, overdrawn: Sequence[Finding]) -> Report:
    """The report with these findings behind its N+1s; of one view, the worst."""
    if not overdrawn:
        return report
    worst: dict[str, Finding] = {}
    for finding in (*report.of_kind("over_budget"), *overdrawn):
        if finding.id not in worst or worst[finding.id].count < finding.count:
            worst[finding.id] = finding
    if not worst:
        return report
    others = [finding for finding in report.findings if finding.kind != "over_budget"]
    first = sum(finding.kind in N_PLUS_ONE_KINDS for finding in others)
    findings = (*others[:first], *worst.values(), *others[first:])
    return replace(report, findings=findings)


def _statements(groups: Iterable[QueryGroup]) -> list[Statement]:
    """One for each text on each database, wherever it was sent from; the most frequent first, then as they were sent.

    Their times decide nothing: the same request is told in the same words again.
    """
    by_text: dict[tuple[str, str], list[QueryGroup]] = {}
    for group in groups:
        by_text.setdefault((group.alias, group.fingerprint), []).append(group)
    statements = [_statement(same) for same in by_text.values()]
    return sorted(statements, key=lambda one: -one.count)


def _statement(same: Sequence[QueryGroup]) -> Statement:
    worst = max((stack for group in same for stack in group.stacks), key=lambda stack: stack.count)
    return Statement(
        count=sum(group.count for group in same),
        duration=sum(group.duration for group in same),
        sql=same[0].fingerprint,
        place=worst.place,
    )
