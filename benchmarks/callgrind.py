"""Instructions of one warm request, counted by valgrind's callgrind.

Collection is off until a C function that nothing else calls is entered, and off again when it is left: the
request is made from inside it. Start-up, seeding and warming up are not counted; nor are they instrumented, which
would take most of the time.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import mean

from benchmarks.processes import Worker

TOGGLE = "PyRun_StringFlags"


class UncountedError(Exception):
    """Callgrind saw no call of the toggle function."""


def is_available() -> bool:
    return shutil.which("valgrind") is not None


LAYOUTS = (50, 333)
"""Classes that are made before anything else. Python's cache of attributes knows a class by a running number, so each
of these has other attributes share a place in it: of the same code, that alone moved the count of one request by up to
0.8 % (W1, Python 3.12)."""


def count(candidate: str, load: str, size: int) -> int:
    """The mean over the layouts."""
    return round(mean(_count(candidate, load, size, layout) for layout in LAYOUTS))


def _count(candidate: str, load: str, size: int, layout: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        count_into(out, candidate, load, size, layout=layout)
        return total(out)


def count_into(out: Path, candidate: str, load: str, size: int, *options: str, layout: int = 0) -> None:
    command = ("valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}", *options)
    switch = (f"--toggle-collect={TOGGLE}", f"--zero-before={TOGGLE}")
    with Worker(candidate, load, size, (*command, *switch), layout) as worker:
        worker.ask("describe")  # answered once all is warm
        _instrument(worker.pid)
        worker.ask("instructions")


def _instrument(pid: int) -> None:
    told = subprocess.run(["callgrind_control", "--instr=on", str(pid)], capture_output=True, text=True)
    if told.returncode or "OK" not in told.stdout:
        raise UncountedError(
            f"callgrind_control could not switch process {pid} on: {told.stdout}{told.stderr}; "
            "it needs vgdb, and the right to trace a process"
        )


def total(out: Path) -> int:
    found = re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.MULTILINE)
    if not found or not int(found[1]):
        raise UncountedError(f"callgrind did not see {TOGGLE}()")
    return int(found[1])


def call_counted(call: Callable[[], None]) -> None:
    """`eval` of a text is the C function `TOGGLE`, and warm code has no other use for it."""
    eval("call()", {"call": call})
