"""What a run does about findings: who fails, what is tolerated, what becomes of the baseline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from django_querywatch.baseline import Baseline, read_baseline
from django_querywatch.records import N_PLUS_ONE_KINDS, Finding, Report
from django_querywatch.suite.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How the findings of a run compare with its baseline."""

    new: tuple[Finding, ...] = ()
    tolerated: frozenset[str] = field(default_factory=frozenset)
    stale: tuple[str, ...] = ()
    """Words of entries that no longer occur; empty where the run was not a full one."""
    baseline: Baseline = field(default_factory=Baseline)
    """The baseline as it should be now."""


def load_baseline(options: Options) -> Baseline:
    """The baseline that a run begins with: an update may begin with none."""
    if options.baseline is None or (options.updates_baseline and not options.baseline.exists()):
        return Baseline()
    return read_baseline(options.baseline)


def without_tolerated(report: Report, tolerated: Collection[str]) -> Report:
    """The report without what the baseline tolerates."""
    left = tuple(finding for finding in report.findings if finding.id not in tolerated)
    if len(left) == len(report.findings):
        return report
    saved = sum(finding.avoidable for finding in report.findings if finding.id in tolerated)
    return replace(report, findings=left, avoidable=max(report.avoidable - saved, 0))


def judge(
    baseline: Baseline,
    reports: Iterable[Report],
    options: Options,
    root: Path,
    is_full: bool,
    kinds: Sequence[str] = N_PLUS_ONE_KINDS,
) -> Verdict:
    """Compare all findings of a run with the baseline."""
    found = {finding.id: finding for report in reports for finding in report.findings}
    new = {
        finding.id: finding
        for report in reports
        for finding in report.findings
        if finding.kind in kinds and not baseline.tolerates(finding)
    }
    gone = [key for key in baseline.entries if key not in found] if is_full else []
    kept = baseline.without(gone) if options.updates_baseline else baseline
    if options.adds_to_baseline:
        kept = kept.with_findings(new.values(), root)
    return Verdict(
        new=tuple(new.values()),
        tolerated=frozenset(found) & baseline.entries.keys(),
        stale=tuple(f"{key}  {baseline.entries[key]}".rstrip() for key in sorted(gone)),
        baseline=kept,
    )
