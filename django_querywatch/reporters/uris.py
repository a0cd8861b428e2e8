"""Paths as code hosts want them: relative to the checkout, with forward slashes."""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from urllib.parse import quote


def relative_path(file: str) -> str:
    """Relative to the checkout (GitHub's variable, else the working directory); as it is when outside."""
    root = os.environ.get("GITHUB_WORKSPACE") or Path.cwd()
    try:
        return PurePath(file).relative_to(root).as_posix()
    except ValueError:
        return PurePath(file).as_posix()


def relative_uri(file: str) -> str:
    """The same as a URI reference; ``file:`` when outside."""
    path = relative_path(file)
    if PurePath(path).is_absolute():
        return f"file:///{quote(path.lstrip('/'), safe='/:', errors='surrogatepass')}"
    return quote(path, errors="surrogatepass")
