"""`py.typed` keeps its promise: `python -m tests.release.types`, where the wheel, mypy and pyright are installed.

A program of a user's must pass both checkers in their strictest mode; each of its mistakes must fail both.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "typing"
PROGRAM, MISTAKES = HERE / "program.py", HERE / "mistakes.py"
MARK = "# error"
MYPY_LINE = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): error: (?P<text>.*)")
Errors = dict[int, str]
"""What is said, by line."""


def main() -> int:
    failures = [
        f"{checker.__name__}: {failure}"
        for checker in (mypy, pyright)
        for file in (PROGRAM, MISTAKES)
        for failure in differences(file, checker(file))
    ]
    print("\n".join(failures) or "mypy and pyright agree with the program and with each of its mistakes.")
    return bool(failures)


def differences(file: Path, errors: Errors) -> list[str]:
    marked = {number for number, line in enumerate(file.read_text().splitlines(), 1) if line.endswith(MARK)}
    unexpected = [f"{file.name}:{line}: {errors[line]}" for line in sorted(errors.keys() - marked)]
    return unexpected + [f"{file.name}:{line}: passes" for line in sorted(marked - errors.keys())]


def mypy(file: Path) -> Errors:
    """Without the project's own settings, as a user has it."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-incremental", file.name]
    output = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False).stdout
    return {int(found["line"]): found["text"] for found in MYPY_LINE.finditer(output)}


def pyright(file: Path) -> Errors:
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, file.name]
    output = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False).stdout
    told = json.loads(output)
    assert told["summary"]["filesAnalyzed"] == 1, "pyright found no file to check"
    return {
        said["range"]["start"]["line"] + 1: said["message"]
        for said in told["generalDiagnostics"]
        if said["severity"] == "error"
    }


if __name__ == "__main__":
    sys.exit(main())
