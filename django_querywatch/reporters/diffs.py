"""A unified diff -> the lines it adds or changes, for annotations that belong to a change."""

from __future__ import annotations

import re

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def changed_lines(diff: str) -> dict[str, set[int]]:
    """Read what ``git diff`` prints, with any number of context lines; paths lose their ``b/``."""
    changed: dict[str, set[int]] = {}
    path, line, old_left, new_left = "", 0, 0, 0
    for text in diff.split("\n"):
        # Inside a hunk, "+++ b/x" is an added line: only the hunk's own counts tell where it ends.
        if old_left > 0 or new_left > 0:
            if text.startswith("+"):
                changed.setdefault(path, set()).add(line)
            line += not text.startswith(("-", "\\"))
            new_left -= not text.startswith(("-", "\\"))
            old_left -= not text.startswith(("+", "\\"))
        elif text.startswith("+++ "):
            path = text[4:].partition("\t")[0].removeprefix("b/")
        elif hunk := _HUNK.match(text):
            old, start, new = hunk.groups(default="1")
            line, old_left, new_left = int(start), int(old), int(new)
    return changed
