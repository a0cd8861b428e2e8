"""One candidate and one load in a process of its own: it measures when a line on its stdin asks it to.

``python -m benchmarks.worker CANDIDATE LOAD SIZE [DATABASE]``
"""

from __future__ import annotations

import gc
import importlib.metadata
import json
import logging
import os
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable

from benchmarks.callgrind import call_counted
from benchmarks.candidates import CANDIDATES
from benchmarks.project import Client, set_up

Answer = dict[str, int | float | str]
WARM = 3
LARGE = 10_000
"""A single request of this size warms everything up by itself."""


def measure_time(client: Client, requests: int = 1) -> Answer:
    """CPU seconds of one request: elapsed time would measure the neighbours too."""
    gc.collect()
    start = time.process_time()
    for _ in range(requests):
        client.request()
    return {"cpu": (time.process_time() - start) / requests}


def measure_memory(client: Client) -> Answer:
    """Highest point above the level before the request, and what is left of it afterwards."""
    tracemalloc.start()
    client.request()
    gc.collect()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    client.request()
    _, peak = tracemalloc.get_traced_memory()
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"peak": peak - before, "kept": kept - before, "rss": resident_size()}


def measure_instructions(client: Client) -> Answer:
    """Collection is switched on for this one request only: see callgrind.py."""
    gc.collect()
    gc.disable()
    call_counted(client.request)
    gc.enable()
    return {}


def describe(client: Client) -> Answer:
    from django.db import connection

    distributions = ("django", *CANDIDATES[sys.argv[1]].requirements)
    versions = {name: importlib.metadata.version(name) for name in distributions}
    return {"python": sys.version.split()[0], "database": connection.vendor, **versions}


def measure_analysis(client: Client) -> Answer:
    """CPU seconds from a finished recording to its report, and how much there was to analyze."""
    from django_querywatch import record

    with record() as recording:
        client.request()
    gc.collect()
    start = time.process_time()
    report = recording.report()
    seconds = time.process_time() - start
    return {
        "analysis": seconds,
        "queries": report.query_count,
        "findings": len(report.findings),
        "truncated": report.truncated,
    }


def resident_size() -> int:
    """Highest resident size so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


MEASURES: dict[str, Callable[..., Answer]] = {
    "time": measure_time,
    "memory": measure_memory,
    "instructions": measure_instructions,
    "analysis": measure_analysis,
    "describe": describe,
}


def shift_classes(count: int) -> list[type]:
    """Make classes that read an attribute each: what comes later lies elsewhere in the cache of attributes."""
    classes = [type(f"Spare{number}", (), {"number": number}) for number in range(count)]
    assert all(one.number == number for number, one in enumerate(classes))
    return classes


def prepare(candidate: str, load: str, size: int, database: str = "") -> Client:
    logging.getLogger().addHandler(logging.NullHandler())
    set_up(CANDIDATES[candidate], database)
    from benchmarks.app.rows import fill

    fill(load, size)
    client = Client(f"/{load}/{size}/")
    for _ in range(1 if size >= LARGE else WARM):
        client.request()
    return client


def serve(client: Client, answers: object) -> None:
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(MEASURES[question.pop("measure")](client, **question)), file=answers, flush=True)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    sys.stdout = sys.stderr  # peers print their findings, and stdout carries the answers
    candidate, load, size, *database = sys.argv[1:]
    spare = shift_classes(int(os.environ["QUERYWATCH_LAYOUT"]))
    serve(prepare(candidate, load, int(size), *database), answers)
    del spare  # until here they keep their numbers


if __name__ == "__main__":
    main()
