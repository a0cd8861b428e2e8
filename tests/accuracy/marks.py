"""Where the culprit and the queryset stand: comments in the source, found when the proof runs.

``# culprit`` and ``# queryset`` inside a view mark its own lines. Elsewhere, templates included, the comment
names the scenarios it is for: ``{# culprit: books_in_template, books_on_page #}``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.accuracy.declare import Scenario

HERE = Path(__file__).parent
MARK = re.compile(r"#\s*(culprit|queryset)(?:\s*:\s*([\w, ]+))?")
ON_A_BRACKET = re.compile(r"\s*[\])}]+,?\s+#\s*(culprit|queryset)")
SUFFIXES = (".py", ".html", ".txt")

Line = tuple[str, int]


def lines_of(scenario: Scenario, kind: str) -> frozenset[Line]:
    """The lines marked as ``culprit`` or ``queryset`` for this scenario."""
    names = {scenario.name, *scenario.marks}
    named = {line for name in names for line in _named_marks().get((kind, name), ())}
    return frozenset(named | set(_own_marks(scenario, kind)))


def _own_marks(scenario: Scenario, kind: str) -> Iterator[Line]:
    if scenario.view is None:
        return
    view = inspect.unwrap(scenario.view)
    file = inspect.getsourcefile(view)
    source, first = inspect.getsourcelines(view)
    for number, text in enumerate(source, first):
        for found, names in MARK.findall(text):
            if found == kind and not names:
                yield str(file), number


@cache
def _named_marks() -> dict[tuple[str, str], tuple[Line, ...]]:
    marks: dict[tuple[str, str], tuple[Line, ...]] = {}
    for file in sorted(HERE.rglob("*")):
        if file.suffix in SUFFIXES:
            for number, text in enumerate(file.read_text().splitlines(), 1):
                if ON_A_BRACKET.match(text):
                    raise ValueError(f"{file.name}:{number}: a formatter has moved this mark off its line")
                for kind, names in MARK.findall(text):
                    for name in re.findall(r"\w+", names):
                        marks[kind, name] = (*marks.get((kind, name), ()), (str(file), number))
    return marks
