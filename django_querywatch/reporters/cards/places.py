"""A frame as something to read and to click: short path, address in the editor, source around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django_querywatch.records import Config, Frame, short_path
from django_querywatch.reporters.cards.excerpts import Excerpt, Reader, make_excerpt
from django_querywatch.reporters.escaping import escape

_INSTALLED = "/site-packages/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    text: str
    """``shop/views.py:8``"""
    function: str
    url: str | None
    excerpt: Excerpt
    is_installed: bool
    """Code of an installed package: nothing that the reader would change."""


def make_place(frame: Frame, config: Config, read: Reader, expected: str | None = None) -> Place:
    return Place(
        text=escape(f"{_shown_path(frame.file)}:{frame.line}", limit=1000),
        function=escape(frame.function or ""),
        url=editor_url(frame, config),
        excerpt=make_excerpt(read, frame.file, frame.line, expected),
        is_installed=_INSTALLED in frame.file.replace("\\", "/"),
    )


def editor_url(frame: Frame, config: Config) -> str | None:
    """The address that opens the line in the editor; None where `EDITOR_URL` is not set."""
    if config.editor_url is None:
        return None
    path = quote(mapped_path(frame.file, config.path_map), safe="/:", errors="surrogatepass")
    return config.editor_url.format(path=path, line=frame.line)


def mapped_path(file: str, path_map: Mapping[str, str]) -> str:
    """The file as the editor's machine names it: the longest folder of the map that holds it wins."""
    for folder in sorted(path_map, key=len, reverse=True):
        inside = folder.rstrip("/")
        if file.startswith(f"{inside}/"):
            return path_map[folder].rstrip("/\\") + file[len(inside) :]
    return file


def _shown_path(file: str) -> str:
    _, installed, inner = file.replace("\\", "/").rpartition(_INSTALLED)
    return inner if installed else short_path(file)
