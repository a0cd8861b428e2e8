"""The figures of one run in a file that holds those of several versions: what the documentation shows."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import django

from tests.accuracy.judging import Verdict
from tests.accuracy.table import figures


def put(file: Path, verdicts: Sequence[Verdict]) -> None:
    """Add the figures, in the place of those that the same version of Django had before."""
    version = django.get_version()
    kept = json.loads(file.read_text()) if file.exists() else []
    labels = Counter(verdict.label for verdict in verdicts)
    entry = {
        "django": version,
        "python": platform.python_version(),
        "date": date.today().isoformat(),
        "scenarios": dict(sorted(labels.items())),
        "figures": {measure: [right, asked] for measure, right, asked in figures(verdicts)},
    }
    series = version.rpartition(".")[0]
    entries = [*(old for old in kept if old["django"].rpartition(".")[0] != series), entry]
    entries.sort(key=lambda one: one["django"])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(entries, indent=1) + "\n")
