"""Compares instructions with the budget: the gate in CI."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product

from benchmarks import callgrind
from benchmarks.budget import BUDGET, REACHED, SIZES


def check() -> int:
    if not callgrind.is_available():
        print("benchmarks check: skipped, valgrind is not installed (Debian: apt-get install valgrind)")
        return 0
    counts = count_all(("bare", *BUDGET), SIZES)
    over = [report_line(candidate, load, counts) for candidate, load in product(BUDGET, SIZES)]
    return 1 if any(over) else 0


def count_all(candidates: tuple[str, ...], sizes: dict[str, int]) -> dict[tuple[str, str], int]:
    """Several at a time: instructions, unlike seconds, do not change when neighbours are busy."""
    pairs = list(product(candidates, sizes))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = pool.map(lambda pair: _count(*pair, sizes[pair[1]]), pairs)
    return dict(zip(pairs, counts, strict=True))


def _count(candidate: str, load: str, size: int) -> int:
    instructions = callgrind.count(candidate, load, size)
    print(f"  {load} {candidate}: {instructions:,} instructions", file=sys.stderr, flush=True)
    return instructions


def report_line(candidate: str, load: str, counts: dict[tuple[str, str], int]) -> bool:
    """Prints one comparison; true when it is over what was reached before."""
    ratio = counts[candidate, load] / counts["bare", load]
    aim, limit = BUDGET[candidate][load], REACHED[candidate][load]
    verdict = (
        "over" if ratio > limit else "ok" if ratio <= aim else "over the budget, within what was reached"
    )
    print(f"{load} {candidate:<3}  {ratio:.4f}  budget {aim:.3f}  limit {limit:.3f}  {verdict}")
    return ratio > limit
