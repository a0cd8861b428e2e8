"""Which lines a pull request touches, as git tells: annotations on them come first."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_SECONDS = 30


def changed_lines(root: Path) -> dict[str, frozenset[int]]:
    """Path in the repository -> its changed lines; empty where there is no pull request, or no history.

    GitHub checks a pull request out as a merge commit, whose first parent is the base; a full clone has the
    base branch, too.
    """
    base = os.environ.get("GITHUB_BASE_REF")
    if not base:
        return {}
    for revisions in ([f"origin/{base}...HEAD"], ["HEAD^1", "HEAD"]):
        difference = _difference(root, revisions)
        if difference is not None:
            return _read(difference)
    return {}


def _difference(root: Path, revisions: list[str]) -> str | None:
    command = ["git", "-c", "core.quotePath=false", "diff", "--unified=0", "--no-color", "--no-ext-diff"]
    try:
        done = subprocess.run(
            [*command, "--src-prefix=a/", "--dst-prefix=b/", *revisions, "--"],
            cwd=root,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace")


def _read(difference: str) -> dict[str, frozenset[int]]:
    lines: dict[str, set[int]] = {}
    for path, first, count in _hunks(difference):
        lines.setdefault(path, set()).update(range(first, first + count))
    return {path: frozenset(numbers) for path, numbers in lines.items()}


def _hunks(difference: str) -> Iterator[tuple[str, int, int]]:
    path = None
    for line in difference.splitlines():
        if line.startswith("+++ "):
            path = line[6:].rstrip("\t") if line.startswith("+++ b/") else None
        elif path and (found := _HUNK.match(line)):
            yield path, int(found[1]), int(found[2] or 1)
