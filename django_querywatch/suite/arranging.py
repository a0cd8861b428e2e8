"""Rows that a test writes one by one in its own file are its test data, not the code under test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path, PurePath

from django_querywatch.records import Finding, Report

_FOLDERS = {"test", "tests"}


def without_arranging(report: Report, root: Path, patterns: Sequence[str]) -> Report:
    """The report without writes in a loop that stand in test files alone."""
    left = tuple(finding for finding in report.findings if not _is_arranging(finding, root, patterns))
    saved = sum(finding.avoidable for finding in report.findings) - sum(finding.avoidable for finding in left)
    return replace(report, findings=left, avoidable=max(report.avoidable - saved, 0))


def is_test_file(file: str, root: Path, patterns: Sequence[str]) -> bool:
    """Whether the file is collected as tests, or helps them: a conftest.py, or in a folder of tests."""
    path = PurePath(file)
    if path.name == "conftest.py" or any(fnmatch(path.name, pattern) for pattern in patterns):
        return True
    return path.is_relative_to(root) and not _FOLDERS.isdisjoint(path.relative_to(root).parts[:-1])


def _is_arranging(finding: Finding, root: Path, patterns: Sequence[str]) -> bool:
    if finding.kind != "n_plus_one_write" and finding.operation == "SELECT":
        return False
    places = finding.locations or tuple(filter(None, [finding.location]))
    return bool(places) and all(is_test_file(place.file, root, patterns) for place in places)
