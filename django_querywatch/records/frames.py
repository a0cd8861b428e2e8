"""A place in source code, and how it is written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A place in source code, template lines included."""

    file: str
    """Absolute path."""
    line: int
    function: str | None = None
    """Name of the function or class; None in a template."""

    def __str__(self) -> str:
        place = f"{short_path(self.file)}:{self.line}"
        return f"{place} in {self.function}" if self.function else place


def short_path(file: str) -> str:
    """Relative to the working directory where the file lies below it, so that terminals make it clickable."""
    relative = os.path.relpath(file) if Path(file).is_absolute() else file
    return file if relative.startswith("..") else relative
