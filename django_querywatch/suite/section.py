"""The section at the end of a run: every cause once, worst first, the same from however many processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django_querywatch.merged import MergedFinding
from django_querywatch.records import N_PLUS_ONE_KINDS, WARNING_KINDS, Finding
from django_querywatch.reporters import wording
from django_querywatch.reporters.escaping import escape
from django_querywatch.reporters.text import place_of, render_finding

WORST = 25
"""Causes shown in full; the rest are counted."""
_MOST_POTENTIAL = 10
_MOST_TESTS = 3
_COUNTED = (
    ("duplicate", "duplicate queries"),
    ("wasteful_check", "wasteful checks"),
    ("slow_query", "slow queries"),
)


def section_lines(
    causes: Sequence[MergedFinding], failing_kinds: Sequence[str] = N_PLUS_ONE_KINDS
) -> Iterator[str]:
    """N+1s and budgets in full, potential N+1s on a line each, a count of all else."""
    told = {*failing_kinds, *WARNING_KINDS}
    full = [cause for cause in causes if cause.finding.kind in told]
    rest = [cause for cause in causes if cause.finding.kind not in told]
    for cause in full[:WORST]:
        yield from _cause_lines(cause)
    if len(full) > WORST:
        yield f"and {len(full) - WORST} more; --querywatch-report=json:FILE has them all"
    yield from _potential_lines([cause for cause in rest if cause.finding.kind == "potential_n_plus_one"])
    yield from _other_lines(rest)


def eager_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What is loaded and read in none of the tests."""
    if findings:
        yield "Loaded, and read in no test:"
    for finding in findings[:_MOST_POTENTIAL]:
        yield from (f"  {line}" for line in render_finding(finding).splitlines())
    if len(findings) > _MOST_POTENTIAL:
        yield f"  and {len(findings) - _MOST_POTENTIAL} more"


def unused_lines(entries: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Ignores that no finding needs, one a line."""
    if entries:
        yield "entries of IGNORE that matched nothing in this run:"
    for entry in entries:
        yield "  " + escape(", ".join(f"{key}={value}" for key, value in entry.items()))


def _cause_lines(cause: MergedFinding) -> Iterator[str]:
    # No duration: it would differ from run to run.
    finding = cause.finding
    tests = wording.counted(len(cause.names), "test")
    most = (
        f" {wording.allowed(finding)}" if finding.budget else f", {wording.queries(finding.count)} at worst"
    )
    yield f"{wording.label(finding)}: {wording.subject(finding)}{most}, in {tests}"
    yield from render_finding(finding).splitlines()[1:]
    for name in cause.names[:_MOST_TESTS]:
        yield f"  in {escape(name)}"
    if len(cause.names) > _MOST_TESTS:
        yield f"  in {len(cause.names) - _MOST_TESTS} more"


def _potential_lines(causes: Sequence[MergedFinding]) -> Iterator[str]:
    if not causes:
        return
    yield "With a single row in the test data, these would grow with more:"
    for cause in causes[:_MOST_POTENTIAL]:
        finding = cause.finding
        place = f" at {place_of(finding.location)}" if finding.location else ""
        fix = wording.fix(finding)
        yield f"  {wording.label(finding)}: {wording.subject(finding)}{place}" + (
            f", fix: {fix}" if fix else ""
        )
    if len(causes) > _MOST_POTENTIAL:
        yield f"  and {len(causes) - _MOST_POTENTIAL} more"


def _other_lines(causes: Sequence[MergedFinding]) -> Iterator[str]:
    for kind, words in _COUNTED:
        count = sum(cause.finding.kind == kind for cause in causes)
        if count:
            yield f"Causes of {words}: {count}; --querywatch-report=json:FILE has them."
