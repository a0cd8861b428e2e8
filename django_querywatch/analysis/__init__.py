"""What it means: pure functions from query groups to findings. No Django, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django_querywatch.analysis import duplicates, n_plus_one, potential, row_checks, slow, writes
from django_querywatch.analysis.annotations import beside_each_other
from django_querywatch.analysis.merging import merge
from django_querywatch.records import KINDS, Config, Finding, QueryGroup, Repetition, Report, RowCheck

__all__ = ["analyze"]

DETECTORS = (n_plus_one.detect, writes.detect, potential.detect)


def analyze(
    groups: Sequence[QueryGroup],
    repetitions: Sequence[Repetition],
    config: Config,
    totals: Report,
    checks: Sequence[RowCheck] = (),
) -> Report:
    """Complete a report of totals with its findings, worst first.

    A group that one detector explains is not shown to the next, so that one cause is one finding.
    """
    if not groups and not checks:  # most requests
        return totals
    findings: list[Finding] = []
    explained: set[int] = set()
    for detect in DETECTORS:
        remaining = [group for group in groups if group.key not in explained]
        for keys, finding in detect(remaining, config):
            explained.update(keys)
            findings.append(finding)
    findings = beside_each_other(merge(findings))
    unexplained = {group.key: group for group in groups if group.key not in explained}
    findings += duplicates.detect(repetitions, unexplained)
    # A number that is asked for again is better kept, whatever it is asked for.
    explained.update(repetition.group_key for repetition in repetitions)
    findings += row_checks.detect(checks, explained)
    findings += slow.detect(groups, config)
    findings.sort(key=_badness)
    avoidable = sum(finding.avoidable for finding in findings if finding.kind != "potential_n_plus_one")
    return replace(totals, findings=tuple(findings), avoidable=min(avoidable, totals.query_count))


def _badness(finding: Finding) -> tuple[int, int, float, str]:
    rank = 1 if finding.kind == "n_plus_one_write" else KINDS.index(finding.kind)
    return (min(rank, 1) if rank < 2 else rank, -finding.avoidable, -finding.duration, finding.id)
