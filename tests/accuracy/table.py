"""The figures, their floors, and the table that shows both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.accuracy.floors import FLOORS
from tests.accuracy.judging import Verdict


def is_good(verdicts: Sequence[Verdict]) -> bool:
    """Whether every figure stands at its floor or above, and something was measured at all."""
    return bool(verdicts) and all(
        right / asked >= FLOORS[measure] for measure, right, asked in figures(verdicts)
    )


def figures(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, int, int]]:
    """Each measure with how often it was right and how often it was taken."""
    asked: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for verdict in verdicts:
        asked.update(verdict.asked)
        failed.update(measure for measure, _ in verdict.failures)
    for measure in FLOORS:
        if asked[measure]:
            yield measure, asked[measure] - failed[measure], asked[measure]


def render(verdicts: Sequence[Verdict]) -> str:
    """The whole table, then a line for every failure."""
    kinds = Counter(verdict.label for verdict in verdicts)
    lines = [", ".join(f"{count} {label}" for label, count in sorted(kinds.items())), ""]
    lines += _rows(verdicts)
    for certainty in ("certain", "likely"):
        share = [verdict for verdict in verdicts if verdict.certainty == certainty]
        if share:
            lines += ["", f"{len(share)} of the N+1s found are {certainty}:", *_rows(share)]
    failures = [
        f"  {verdict.family}.{verdict.name} [{measure}] {reason}"
        for verdict in verdicts
        for measure, reason in verdict.failures
    ]
    return "\n".join([*lines, "", f"{len(failures)} failures", *failures])


def _rows(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for measure, right, asked in figures(verdicts):
        share, floor = right / asked, FLOORS[measure]
        mark = "ok" if share >= floor else "BELOW"
        yield f"  {measure:<15} {share:.3f}  ({right} of {asked}; at least {floor:.2f}) {mark}"
