"""Instructions of one warm request, counted by valgrind's callgrind.

Collection is off until a C function that nothing else calls is entered, and off again when it is left: the
request is made from inside it. Start-up, seeding and warming up are not counted.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.processes import Worker

TOGGLE = "PyRun_StringFlags"


class UncountedError(Exception):
    """Callgrind saw no call of the toggle function."""


def is_available() -> bool:
    return shutil.which("valgrind") is not None


def count(candidate: str, load: str, size: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        count_into(out, candidate, load, size)
        return total(out)


def count_into(out: Path, candidate: str, load: str, size: int, *options: str) -> None:
    command = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *options)
    switch = (f"--toggle-collect={TOGGLE}", f"--zero-before={TOGGLE}")
    with Worker(candidate, load, size, (*command, *switch)) as worker:
        worker.ask("instructions")


def total(out: Path) -> int:
    found = re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.MULTILINE)
    if not found or not int(found[1]):
        raise UncountedError(f"callgrind did not see {TOGGLE}()")
    return int(found[1])


def call_counted(call: Callable[[], None]) -> None:
    """`eval` of a text is the C function `TOGGLE`, and warm code has no other use for it."""
    eval("call()", {"call": call})
