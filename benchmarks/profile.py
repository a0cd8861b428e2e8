"""Where the tool's own share goes: by C function in instructions, by Python function in calls and time."""

from __future__ import annotations

import cProfile
import pstats
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks import callgrind
from benchmarks.budget import SIZES

MOST = 25


def profile(load: str) -> int:
    if callgrind.is_available():
        print_instructions(load, SIZES[load])
    else:
        print("benchmarks profile: no instructions, valgrind is not installed")
    command = [sys.executable, "-m", "benchmarks.profile", load, str(SIZES[load])]
    return subprocess.run(command, check=False).returncode


def print_instructions(load: str, size: int) -> None:
    bare, watched = (by_function(name, load, size) for name in ("bare", "on"))
    extra = watched - bare
    extra.subtract({name: count for name, count in bare.items() if name not in watched})
    total = watched.total() - bare.total()
    print(f"{load}: {bare.total():,} + {total:,} instructions = {watched.total() / bare.total():.4f}")
    for name, count in extra.most_common(MOST):
        print(f"{count:>14,} {count / total:>7.1%}  {name}")


def by_function(candidate: str, load: str, size: int) -> Counter[str]:
    """Instructions of each C function itself; recursion levels of one function are added up."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        callgrind.count_into(out, candidate, load, size)
        command = ["callgrind_annotate", "--threshold=99.99", "--show-percs=no", str(out)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    counts: Counter[str] = Counter()
    for count, name in re.findall(r"^\s*([\d,]+)\s+\S*?:(\S+?)(?:'\d+)? \[", text, re.MULTILINE):
        counts[name] += int(count.replace(",", ""))
    return counts


def main() -> None:
    """In a process of its own: the Python functions of the tool, under one request."""
    from benchmarks.worker import prepare

    load, size = sys.argv[1:]
    client = prepare("on", load, int(size))
    profiler = cProfile.Profile()
    profiler.runcall(client.request)
    pstats.Stats(profiler).sort_stats("tottime").print_stats("django_querywatch", MOST)


if __name__ == "__main__":
    main()
