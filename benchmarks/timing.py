"""CPU time side by side: interleaved rounds, each compared with bare Django's of the same round."""

from __future__ import annotations

from statistics import median, quantiles

from benchmarks.processes import Worker
from benchmarks.results import Ratio

SHORTEST_ROUND = 0.1
"""Seconds of CPU: below it the clock's own grain shows."""


def compare(workers: dict[str, Worker], rounds: int) -> dict[str, Ratio]:
    requests = max(1, round(SHORTEST_ROUND / workers["bare"].ask("time")["cpu"]))
    times: dict[str, list[float]] = {name: [] for name in workers}
    for number in range(rounds):
        for name in rotated(list(workers), number):
            times[name].append(workers[name].ask("time", requests=requests)["cpu"])
    return {name: spread(mine, times["bare"]) for name, mine in times.items()}


def rotated(names: list[str], by: int) -> list[str]:
    """Nobody always runs first, or always after the heaviest."""
    by %= len(names)
    return names[by:] + names[:by]


def spread(times: list[float], bare: list[float]) -> Ratio:
    """The median of the rounds' ratios, between their quartiles."""
    ratios = [mine / base for mine, base in zip(times, bare, strict=True)]
    low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else (ratios[0],) * 3
    return Ratio(median=median(ratios), low=low, high=high)
