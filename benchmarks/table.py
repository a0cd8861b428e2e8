"""The whole comparison: every candidate that can be installed, under every load."""

from __future__ import annotations

import datetime
import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks import callgrind, timing
from benchmarks.app.sizes import LOAD_SIZES
from benchmarks.candidates import CANDIDATES
from benchmarks.check import count_all
from benchmarks.environments import NotInstallableError, python_for
from benchmarks.processes import Worker, WorkerFailedError
from benchmarks.results import (
    Result,
    as_json,
    cpu_cell,
    instruction_cell,
    memory_cell,
    render,
    rss_cell,
)


def table(names: list[str], loads: list[str], rounds: int, instructions: bool, json_file: str | None) -> int:
    names = [name for name in dict.fromkeys(["bare", *names]) if is_installable(name)]
    versions: dict[str, str] = {}
    results = [result for load in loads for result in measure(names, load, rounds, versions)]
    if instructions:
        results = with_instructions(names, loads, results)
    print_tables(results, loads, versions)
    if json_file:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        Path(json_file).write_text(json.dumps(as_json(versions, today, results), indent=2) + "\n")
    return 0


def is_installable(name: str) -> bool:
    try:
        python_for(name, CANDIDATES[name])
    except NotInstallableError as reason:
        print(f"benchmarks: {name} left out: {reason}", file=sys.stderr)
        return False
    return True


def measure(names: list[str], load: str, rounds: int, versions: dict[str, str]) -> list[Result]:
    print(f"  {load} ...", file=sys.stderr, flush=True)
    with ExitStack() as stack:
        workers = {}
        for name in names:
            worker = stack.enter_context(Worker(name, load, LOAD_SIZES[load]))
            if describe(name, worker, versions):
                workers[name] = worker
        ratios = timing.compare(workers, rounds)
        return [
            Result(candidate=name, load=load, cpu=ratios[name], **worker.ask("memory"))
            for name, worker in workers.items()
        ]


def describe(name: str, worker: Worker, versions: dict[str, str]) -> bool:
    """False, with a message, for a candidate that does not run: the others are still compared."""
    try:
        versions |= worker.ask("describe")
    except WorkerFailedError as reason:
        print(f"benchmarks: {name} left out: {reason}", file=sys.stderr)
        return False
    return True


def with_instructions(names: list[str], loads: list[str], results: list[Result]) -> list[Result]:
    if not callgrind.is_available():
        print("benchmarks: no instructions, valgrind is not installed", file=sys.stderr)
        return results
    measured = tuple(dict.fromkeys(result.candidate for result in results))
    counts = count_all(measured, {load: LOAD_SIZES[load] for load in loads})
    return [
        replace(
            result,
            instructions=counts[result.candidate, result.load],
            instruction_ratio=counts[result.candidate, result.load] / counts["bare", result.load],
        )
        for result in results
    ]


def print_tables(results: list[Result], loads: list[str], versions: dict[str, str]) -> None:
    labels = {name: candidate.label for name, candidate in CANDIDATES.items()}
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    tables = {
        "CPU time to bare Django, median (quartiles)": cpu_cell,
        "KiB traced in a request: peak / kept": memory_cell,
        "MiB resident, highest": rss_cell,
    }
    if any(result.instructions for result in results):
        tables = {"instructions of one warm request to bare Django": instruction_cell} | tables
    for title, cell in tables.items():
        print("\n" + render(title, cell, labels, loads, results))
