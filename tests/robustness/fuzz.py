"""Coverage-guided fuzzing, by atheris, of what reads text of strangers: `python -m tests.robustness.fuzz`.

A target fails when it raises what it does not promise, hangs, or takes more than its share of time for a text
that repeats one of the inputs that led somewhere new.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tests.robustness.fuzz_targets import TARGETS
from tests.robustness.growth import is_linear

ROOT = Path(__file__).resolve().parents[2]
MOST_TIMED = 400


def main() -> int:
    options = _options()
    if find_spec("atheris") is None:
        print(
            "atheris is not installed here (pip install '.[fuzz]'; it has wheels for Linux, Python 3.11 to 3.13)"
        )
        return 1
    kept = options.kept or Path(tempfile.mkdtemp(prefix="querywatch-fuzz-"))
    started = {name: _start(name, options.seconds, kept / name) for name in options.targets or TARGETS}
    # All are waited for, whatever the first of them found.
    return max([_told(name, process, kept / name) for name, process in started.items()])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.robustness.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"{', '.join(TARGETS)}; all by default")
    parser.add_argument("--seconds", type=float, default=1200, help="of processor time, each (default: 1200)")
    parser.add_argument("--kept", type=Path, help="folder of inputs to go on from, and of those that fail")
    options = parser.parse_args()
    unknown = set(options.targets) - TARGETS.keys()
    if unknown:
        parser.error(f"unknown targets {', '.join(sorted(unknown))}: choose from {', '.join(TARGETS)}")
    return options


def _start(name: str, seconds: float, folder: Path) -> subprocess.Popen[str]:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.robustness.fuzzed", name, str(seconds), str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _told(name: str, process: subprocess.Popen[str], folder: Path) -> int:
    output, _ = process.communicate()
    last = output.rstrip().rpartition("\n")[2]
    if process.returncode or not last.startswith("{"):
        print(f"{name}: failed; the input is in {folder}\n{output[-4000:]}", flush=True)
        return 1
    told = json.loads(last)
    slow = list(_slow(name, folder))
    print(
        f"{name}: {told['executions']} executions in {told['seconds']} s, {told['inputs']} inputs kept: "
        + (f"not linear in {slow}" if slow else "nothing found"),
        flush=True,
    )
    return 1 if slow else 0


def _slow(name: str, folder: Path) -> Iterator[str]:
    """Timed here, where nothing is instrumented."""
    for path in sorted((folder / "corpus").iterdir())[:MOST_TIMED]:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        if text and not is_linear(TARGETS[name].read, text):
            yield path.name


if __name__ == "__main__":
    sys.exit(main())
