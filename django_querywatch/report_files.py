"""Files of JSON lines -> reports."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from django_querywatch.progress import Progress
from django_querywatch.records import Report
from django_querywatch.reporters.json import FormatError, report_from_json_line


class ReportFileError(Exception):
    """A file that cannot be read as reports: says which line, and what is wrong."""


def read_report_files(names: Sequence[str], terminal: TextIO) -> list[Report]:
    """All reports of all files, ``-`` being the standard input; one wrong line fails the whole."""
    if not names:
        raise ReportFileError("Name the files to merge: querywatch report FILE... (- is the standard input).")
    reports: list[Report] = []
    with Progress(terminal, len(names)) as progress:
        for name in names:
            progress.step(name)
            reports.extend(_read(name))
    return reports


def _read(name: str) -> Iterator[Report]:
    for number, line in enumerate(_lines(name), 1):
        if line.strip():
            try:
                yield report_from_json_line(line, f"{name}:{number}")
            except FormatError as error:
                raise ReportFileError(str(error)) from error


def _lines(name: str) -> list[str]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportFileError(f"{name} cannot be read: {error}") from error
    return text.split("\n")
