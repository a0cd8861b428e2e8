"""A few lines of a source file around the one that matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django_querywatch.reporters.escaping import escape

AROUND = 2
_LARGEST_FILE = 2_000_000

Reader = Callable[[str], Sequence[str]]
"""File -> its lines; none where it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    number: str
    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    lines: tuple[Line, ...] = ()
    is_stale: bool = False
    """The marked line is not the one that ran: the file was changed since."""


def make_reader() -> Reader:
    """A reader that opens each file once. Make one for each look, so that edited files are read again."""
    return cache(_read_lines)


def make_excerpt(read: Reader, file: str, line: int, expected: str | None = None) -> Excerpt:
    """The line and its neighbours, without the indentation that they share."""
    lines = read(file)
    if not 1 <= line <= len(lines):
        return Excerpt(is_stale=bool(lines))
    first, last = max(line - AROUND, 1), min(line + AROUND, len(lines))
    while first < line and not lines[first - 1].strip():
        first += 1
    while last > line and not lines[last - 1].strip():
        last -= 1
    around = lines[first - 1 : last]
    return Excerpt(
        lines=tuple(_numbered(_dedented(around), first, line)),
        is_stale=expected is not None and lines[line - 1].strip() != expected.strip(),
    )


def _read_lines(file: str) -> Sequence[str]:
    path = Path(file)
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return ()
        return path.read_text(encoding="utf-8", errors="replace").split("\n")
    except (OSError, ValueError):
        return ()


def _dedented(lines: Sequence[str]) -> list[str]:
    expanded = [line.expandtabs(4).rstrip() for line in lines]
    indentation = min((len(line) - len(line.lstrip()) for line in expanded if line), default=0)
    return [line[indentation:] for line in expanded]


def _numbered(lines: Sequence[str], first: int, marked: int) -> Iterator[Line]:
    for number, text in enumerate(lines, first):
        yield Line(number=str(number), text=escape(text), is_marked=number == marked)
