"""The proof under pytest: each scenario's verdict, from a process with the proof's own settings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.accuracy.floors import STRICT

ROOT = Path(__file__).parents[2]
Verdicts = dict[str, dict[str, Any]]


def judged(folder: Path, *options: str) -> tuple[int, Verdicts]:
    """Run the proof and give its exit status and its verdicts by name."""
    file = folder / "verdicts.json"
    command = [sys.executable, "-m", "tests.accuracy", "--json", str(file), *options]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not file.exists():
        pytest.fail(result.stderr)
    return result.returncode, {verdict["name"]: verdict for verdict in json.loads(file.read_text())}


def names() -> list[str]:
    """All scenarios, without loading Django into this process."""
    command = [sys.executable, "-m", "tests.accuracy", "--list"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture(scope="module")
def judgement(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Verdicts]:
    return judged(tmp_path_factory.mktemp("accuracy"))


@pytest.mark.parametrize("name", names())
def test_the_label_is_proven_and_the_detector_agrees(judgement: tuple[int, Verdicts], name: str) -> None:
    """The label holds without a detector; the N+1 is told once; the clean and the fixed are silent."""
    verdict = judgement[1][name]
    assert verdict["asked"]
    assert [failure for failure in verdict["failures"] if failure[0] in STRICT] == []


def test_every_figure_stands_at_its_floor(judgement: tuple[int, Verdicts]) -> None:
    """Lines, origins, fixes and the one-row case, over all scenarios together."""
    assert judgement[0] == 0


def test_without_the_detector_every_n_plus_one_fails(tmp_path: Path) -> None:
    """A proof that passes on nothing proves nothing."""
    status, verdicts = judged(tmp_path, "--off")
    missed = {name for name, verdict in verdicts.items() if "recall" in dict(verdict["failures"])}
    assert status == 1
    assert missed == {name for name, verdict in verdicts.items() if verdict["label"] != "clean"}
