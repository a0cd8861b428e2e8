"""Django's own tests, without the tool and inside of `record()`: `python -m tests.robustness.django_suite [LABEL ...]`.

The tests are those of the Django that is installed, from its source distribution. Both runs must end alike.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
LABELS = [
    *("queries", "prefetch_related", "select_related", "defer", "generic_relations", "many_to_many"),
    *("many_to_one", "one_to_one", "model_inheritance", "aggregation", "bulk_create", "delete", "raw_query"),
    *("queryset_pickle", "contenttypes_tests", "admin_views", "async", "asgi", "test_client"),
]
SETTINGS = "tests.robustness.django_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run of the tests ended; `summary` is Django's own last word."""

    ran: int
    summary: str
    problems: frozenset[str]
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    tests: int
    queries: int
    findings: int
    failed: tuple[str, ...]
    """The tests in which the tool itself failed."""


def main(labels: list[str]) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tests = unpacked(folder)
        plain = run(tests, labels, {})
        watched = run(tests, labels, {"RECORDED": str(folder / "recorded")})
        recorded = read(folder / "recorded")
    version = django.get_version()
    print(f"Django {version}, {len(labels)} labels of its own tests")
    print(f"without the tool: {plain.ran} tests, {plain.summary}")
    print(f"while recording:  {watched.ran} tests, {watched.summary}")
    print(f"recorded: {recorded.tests} tests, {recorded.queries} queries, {recorded.findings} findings")
    for name in sorted(plain.problems):
        print(f"without the tool, too: {name}")
    problems = list(judge(plain, watched, recorded))
    print(*problems, sep="\n", end="\n" if problems else "")
    if problems:
        print(watched.output[-20_000:])
    return 1 if problems else 0


def judge(plain: Outcome, watched: Outcome, recorded: Recorded) -> Iterator[str]:
    if not plain.ran:
        yield f"no test ran:\n{plain.output[-3000:]}"
    if (plain.ran, plain.summary) != (watched.ran, watched.summary):
        yield "the two runs ended differently"
    yield from (f"only while recording: {name}" for name in sorted(watched.problems - plain.problems))
    yield from (f"the tool failed in {name}" for name in recorded.failed)
    if recorded.tests < watched.ran or not (recorded.queries and recorded.findings):
        yield f"{recorded.tests} of {watched.ran} tests were recorded, with {recorded.queries} queries"


def unpacked(folder: Path) -> Path:
    """The tests of the installed version's source distribution."""
    version = django.get_version()
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*download, "--dest", str(folder), f"django=={version}"], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    (tests,) = folder.glob("*/tests/runtests.py")
    return tests.parent


def run(tests: Path, labels: list[str], environment: dict[str, str]) -> Outcome:
    command = [sys.executable, "runtests.py", f"--settings={SETTINGS}", "--parallel=2", *labels]
    ended = subprocess.run(
        command,
        cwd=tests,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    output = ended.stdout + ended.stderr
    ran = re.search(r"^Ran (\d+) tests? in ", output, re.MULTILINE)
    summary = re.search(r"^(OK|FAILED)\b.*$", output, re.MULTILINE)
    return Outcome(
        ran=int(ran[1]) if ran else 0,
        summary=summary[0] if summary else f"ended with {ended.returncode}",
        problems=frozenset(re.findall(r"^(?:FAIL|ERROR): .*$", output, re.MULTILINE)),
        output=output,
    )


def read(told: Path) -> Recorded:
    lines = [line.split(" ", 3) for line in told.read_text().splitlines()] if told.exists() else []
    return Recorded(
        tests=len(lines),
        queries=sum(int(queries) for queries, *_ in lines),
        findings=sum(int(findings) for _, findings, *_ in lines),
        failed=tuple(name for _, _, failed, name in lines if int(failed)),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or LABELS))
