"""Proves a label by counting at 2, 8 and 16 rows without the detector, and the same for the fixed twin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from tests.accuracy.applying import NotMechanicalError, applied
from tests.accuracy.declare import TWINS, Scenario, View
from tests.accuracy.marks import lines_of
from tests.accuracy.running import run

SIZES = (2, 8, 16)

_own: dict[str, tuple[int, ...]] = {}


def label_problem(scenario: Scenario) -> str | None:
    """Why the label does not hold; None where it does."""
    counts = own_growth(scenario)
    if scenario.label == "clean":
        return None if is_flat(scenario, counts) else f"declared clean, but sends {counts}"
    if not lines_of(scenario, "culprit"):
        return "no line is marked as culprit"
    two, eight, sixteen = counts
    if eight - two < 6 or sixteen - eight < 8:
        return f"declared {scenario.label}, but sends {counts}"
    return None


def twin_problem(scenario: Scenario) -> str | None:
    """Why the fixed twin is no fix; None where it is, or where the scenario is clean itself."""
    if scenario.label == "clean":
        return None
    try:
        with twin(scenario) as view:
            counts = growth(scenario, view)
    except NotMechanicalError as error:
        return f"no fixed twin: {error}"
    return None if is_flat(scenario, counts) else f"the fixed twin sends {counts}"


@contextmanager
def twin(scenario: Scenario) -> Iterator[View | None]:
    """The fixed view: written by hand, or the first accepted suggestion applied to the source."""
    if scenario.name in TWINS:
        yield TWINS[scenario.name]
        return
    lines = sorted(lines_of(scenario, "queryset"))
    if callable(scenario.fix) or not scenario.fix or not lines:
        raise NotMechanicalError("declare one with @fixed")
    with applied(scenario, scenario.fix[:1], lines[0]) as view:
        yield view


def own_growth(scenario: Scenario) -> tuple[int, ...]:
    """What the scenario's own view sends, counted once."""
    if scenario.name not in _own:
        _own[scenario.name] = growth(scenario, scenario.view)
    return _own[scenario.name]


def growth(scenario: Scenario, view: View | None) -> tuple[int, ...]:
    return tuple(run(scenario, view, size).queries for size in SIZES)


def is_flat(scenario: Scenario, counts: tuple[int, ...]) -> bool:
    """Whether the counts stay level, or grow by the declared batches only."""
    return all(
        count - counts[0] <= _batches(scenario, size) - _batches(scenario, SIZES[0])
        for size, count in zip(SIZES, counts, strict=True)
    )


def _batches(scenario: Scenario, rows: int) -> int:
    return scenario.per_batch * ceil(rows / scenario.batch) if scenario.batch else 0
