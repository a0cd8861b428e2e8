"""Where the tool's own share goes, by Python function, in instructions of one request."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks import callgrind
from benchmarks.budget import SIZES
from benchmarks.costs import process_id, python_costs

MOST = 40
PACKAGE = "/django_querywatch/"


def profile(load: str) -> int:
    if not callgrind.is_available():
        print("benchmarks profile: skipped, valgrind is not installed")
        return 0
    os.environ["PYTHONPERFSUPPORT"] = "1"  # every Python function gets an entry address: Linux, Python 3.12
    bare, costs = callgrind.count("bare", load, SIZES[load]), count_functions(load)
    total = max(costs.values())
    print(f"{load}: {bare:,} bare, {total:,} watched, {total / bare:.4f}; each function with all it calls")
    own = [(name, cost) for name, cost in costs.most_common() if PACKAGE in name]
    for name, cost in own[:MOST]:
        function, _, file = name.partition(":")
        print(f"{cost:>14,} {cost / bare:>7.2%}  {file.partition(PACKAGE)[2]}  {function}")
    return 0


def count_functions(load: str) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        callgrind.count_into(out, "on", load, SIZES[load])
        perf_map = Path(f"/tmp/perf-{process_id(out)}.map")
        try:
            return python_costs(out, perf_map)
        finally:
            perf_map.unlink()
