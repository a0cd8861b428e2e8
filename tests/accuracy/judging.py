"""Compares what the tool reported with what the scenario declares."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import NotSupportedError

from tests.accuracy.applying import NotMechanicalError, applied
from tests.accuracy.declare import Scenario
from tests.accuracy.marks import Line, lines_of
from tests.accuracy.proof import growth, is_flat, label_problem, own_growth, twin, twin_problem
from tests.accuracy.running import run

N_PLUS_ONES = ("n_plus_one", "n_plus_one_write")
ALARMS = (*N_PLUS_ONES, "potential_n_plus_one")


@dataclass
class Verdict:
    """The marks of one scenario: what was asked of it and what went wrong."""

    name: str
    family: str
    label: str
    asked: dict[str, int] = field(default_factory=dict)
    """How often each measure was taken."""
    failures: list[tuple[str, str]] = field(default_factory=list)
    """The measures that failed, each with its reason."""
    certainty: str | None = None
    is_refused: bool = False
    """The database has no such statement."""

    def ask(self, measure: str, problem: str | None) -> None:
        self.asked[measure] = self.asked.get(measure, 0) + 1
        if problem:
            self.failures.append((measure, problem))


def judge(scenario: Scenario, *, labels_only: bool = False) -> Verdict:
    """Prove the label, then hold the detector to it; a scenario that raises has failed."""
    verdict = Verdict(scenario.name, scenario.family, scenario.label)
    try:
        _judge(verdict, scenario, labels_only)
    except NotSupportedError:
        return Verdict(scenario.name, scenario.family, scenario.label, is_refused=True)
    except Exception as error:
        verdict.ask("ran", f"raised {error!r}")
    else:
        verdict.ask("ran", None)
    return verdict


def _judge(verdict: Verdict, scenario: Scenario, labels_only: bool) -> None:
    verdict.ask("label", label_problem(scenario))
    verdict.ask("twin", twin_problem(scenario))
    if labels_only:
        return
    if scenario.label == "clean":
        for rows in (8, 2, 1):
            _expect_silence(verdict, scenario, scenario.view, rows)
        return
    best = _judge_eight(verdict, scenario)
    if scenario.two_rows:
        _expect_same_id(verdict, best, _judge_two(verdict, scenario), "2 rows")
    _expect_same_id(verdict, best, _judge_one(verdict, scenario), "1 row")
    try:
        with twin(scenario) as view:
            for rows in (8, 1):
                _expect_silence(verdict, scenario, view, rows, what="fixed twin")
    except NotMechanicalError:
        pass


def _judge_eight(verdict: Verdict, scenario: Scenario) -> list[Any]:
    findings = run(scenario, scenario.view, 8, watched=True).findings
    hits = hits_of(scenario, findings)
    verdict.ask("recall", None if hits else f"missed at 8 rows; reported: {told(findings)}")
    if hits:
        best, *rest = hits
        verdict.certainty = best.certainty
        verdict.ask("precision", None)
        verdict.ask("location", _location_problem(scenario, best))
        if scenario.relation:
            verdict.ask("relation", _relation_problem(scenario, best))
        if lines_of(scenario, "queryset"):
            verdict.ask("origin", _origin_problem(scenario, best))
        if scenario.fix:
            verdict.ask("fix", _fix_problem(scenario, best) or _applied_problem(scenario, hits))
        findings = tuple(finding for finding in findings if finding is not best)
        findings = tuple(finding for finding in findings if not _is_hop(scenario, finding, best, rest))
        findings = findings[scenario.more_findings :]
        if not scenario.batch:
            verdict.ask("count", _count_problem(scenario, hits))
    _expect_no_alarm(verdict, scenario, findings, "8 rows")
    return hits


def _judge_two(verdict: Verdict, scenario: Scenario) -> list[Any]:
    findings = run(scenario, scenario.view, 2, watched=True).findings
    hits = hits_of(scenario, findings)
    verdict.ask("two rows", None if hits else f"missed at 2 rows: {told(findings)}")
    return hits


def _judge_one(verdict: Verdict, scenario: Scenario) -> list[Any]:
    findings = run(scenario, scenario.view, 1, watched=True).findings
    hits = hits_of(scenario, findings, kinds=ALARMS)
    if scenario.one_row:
        verdict.ask("one row", None if hits else f"missed at 1 row: {told(findings)}")
    strays = [finding for finding in findings if finding.kind in ALARMS and finding not in hits]
    verdict.ask("one-row alarms", f"1 row: {told(strays)}" if strays else None)
    return hits


def _expect_same_id(verdict: Verdict, many: list[Any], few: list[Any], where: str) -> None:
    """More rows do not make another cause."""
    if many and few:
        known = {finding.id for finding in many}
        strange = [finding for finding in few if finding.id not in known]
        verdict.ask("id", f"another id with {where}: {told(strange)}" if strange else None)


def _expect_silence(verdict: Verdict, scenario: Scenario, view: Any, rows: int, what: str = "") -> None:
    findings = run(scenario, view, rows, watched=True).findings
    if rows == 1 and not scenario.silent_at_one:
        return
    where = f"{what} {rows} row{'s' if rows > 1 else ''}".strip()
    if rows > 1:
        _expect_no_alarm(verdict, scenario, findings, where)
        return
    alarms = [finding for finding in findings if finding.kind in ALARMS]
    verdict.ask("one-row alarms", f"{where}: {told(alarms)}" if alarms else None)


def _expect_no_alarm(verdict: Verdict, scenario: Scenario, findings: tuple[Any, ...], where: str) -> None:
    wrong = ALARMS if scenario.duplicate_ok else (*ALARMS, "duplicate")
    for finding in findings:
        if finding.kind in wrong:
            verdict.ask("precision", f"false alarm with {where}: {told([finding])}")


def hits_of(scenario: Scenario, findings: Any, kinds: tuple[str, ...] = ()) -> list[Any]:
    """The findings that are about this scenario's cause, the best first."""
    culprits = lines_of(scenario, "culprit")
    accepted = kinds or scenario.accepted_kinds

    def score(finding: Any) -> int:
        return 2 * (relation_of(finding) in scenario.relation) + (line_of(finding.location) in culprits)

    right = [finding for finding in findings if finding.kind in accepted and score(finding)]
    return sorted(right, key=score, reverse=True)


def _is_hop(scenario: Scenario, finding: Any, best: Any, rest: list[Any]) -> bool:
    """Another hop of the same declared chain, told once, with a right fix."""
    same = [one for one in (best, *rest) if relation_of(one) == relation_of(finding)]
    return (
        any(one is finding for one in rest)
        and relation_of(finding) in scenario.relation
        and len(same) == 1
        and _fix_problem(scenario, finding) is None
    )


def _count_problem(scenario: Scenario, hits: list[Any]) -> str | None:
    """The findings of the cause count just the queries that grow with the rows."""
    two, eight, _ = own_growth(scenario)
    growing = 8 * (eight - two) // 6
    counted = sum(finding.count for finding in hits)
    return None if counted == growing else f"counts {counted} queries, {growing} grow with the rows"


def _location_problem(scenario: Scenario, finding: Any) -> str | None:
    if line_of(finding.location) in lines_of(scenario, "culprit"):
        return None
    return f"location {place(finding.location)}, not {places(scenario, 'culprit')}"


def _origin_problem(scenario: Scenario, finding: Any) -> str | None:
    if line_of(finding.origin) in lines_of(scenario, "queryset"):
        return None
    return f"origin {place(finding.origin)}, not {places(scenario, 'queryset')}"


def _relation_problem(scenario: Scenario, finding: Any) -> str | None:
    if relation_of(finding) not in scenario.relation:
        return f"relation {relation_of(finding)}, not {' or '.join(scenario.relation)}"
    hops = {"__".join(path.split("__")[:end]) for path in scenario.path for end in range(1, 9)}
    if hops and finding.path not in hops:
        return f"path {finding.path}, not {' or '.join(scenario.path)}"
    return None


def _fix_problem(scenario: Scenario, finding: Any) -> str | None:
    if callable(scenario.fix):
        text = f"{finding.suggestion or ''} {finding.advice or ''}"
        return None if scenario.fix(text) else f"fix {text.strip() or None}"
    if _plain(finding.suggestion or "") not in {_plain(fix) for fix in scenario.fix}:
        return f"fix {finding.suggestion}, not {' or '.join(scenario.fix)}"
    return None


def _applied_problem(scenario: Scenario, findings: list[Any]) -> str | None:
    """Apply the tool's own words to the source, where that can be done by machine, and count again."""
    lines = lines_of(scenario, "queryset")
    calls = tuple(dict.fromkeys(finding.suggestion for finding in findings if finding.suggestion))
    if not scenario.mechanical or not lines or not calls:
        return None
    origin = line_of(findings[0].origin)
    try:
        with applied(scenario, calls, origin if origin in lines else min(lines)) as view:
            counts = growth(scenario, view)
    except NotMechanicalError:
        return None
    except Exception as error:
        return f"with {calls} applied the view fails: {error!r}"
    return None if is_flat(scenario, counts) else f"with {calls} applied it still sends {counts}"


def _plain(fix: str) -> str:
    return re.sub(r"\s+", "", fix).replace("'", '"')


def relation_of(finding: Any) -> str:
    return f"{finding.model}.{finding.field}"


def line_of(frame: Any) -> Line | None:
    return (os.path.realpath(frame.file), frame.line) if frame else None


def place(frame: Any) -> str:
    return f"{Path(frame.file).name}:{frame.line}" if frame else "unknown"


def places(scenario: Scenario, kind: str) -> str:
    lines = sorted(lines_of(scenario, kind))
    return " or ".join(f"{Path(file).name}:{number}" for file, number in lines) or "unmarked"


def told(findings: Any) -> str:
    """Findings in few words."""
    return (
        "; ".join(
            f"{one.kind}({one.certainty}) {relation_of(one)} x{one.count} at {place(one.location)}"
            f" [{one.suggestion or one.sql[:60]}]"
            for one in findings
        )
        or "nothing"
    )
