"""A unified diff -> the lines it adds or changes, for annotations that belong to a change."""

from __future__ import annotations

import re

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")


def changed_lines(diff: str) -> dict[str, set[int]]:
    """Read what ``git diff`` prints, with any number of context lines; paths lose their ``b/``."""
    changed: dict[str, set[int]] = {}
    path, line, left = "", 0, 0
    for text in diff.split("\n"):
        # Inside a hunk, "+++ b/x" is an added line: only the hunk's own count tells where it ends.
        if left > 0:
            if text.startswith("+"):
                changed.setdefault(path, set()).add(line)
            if not text.startswith(("-", "\\")):
                line, left = line + 1, left - 1
        elif text.startswith("+++ "):
            path = text[4:].partition("\t")[0].removeprefix("b/")
        elif hunk := _HUNK.match(text):
            line, left = map(int, hunk.groups(default="1"))
    return changed
