"""What a line of a template does with the number of rows: tests it, and goes over the rows next, or something else."""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django_querywatch.capture.sites import TemplateSite

_TAG = re.compile(r"\{%-?\s*(.*?)\s*-?%\}")
_TEST = re.compile(
    r"(?:if|elif) (not )?([A-Za-z_][\w.]*)\.(count|exists)(?: (>|>=|!=|==|<|<=) ([01]))?",
)
_TEMPLATE_ANY = {(">", "0"), (">=", "1"), ("!=", "0")}
_TEMPLATE_NONE = {("==", "0"), ("<", "1"), ("<=", "0")}


class TemplateCheck(NamedTuple):
    """A test in a template."""

    written: str
    better: str
    loaded: str
    file: str
    loading_lines: frozenset[int]

    def is_loaded_by(self, place: Any) -> bool:
        return (
            isinstance(place, TemplateSite)
            and place.key[:1] == (self.file,)
            and place.key[1] in self.loading_lines
        )


def template_check(site: TemplateSite, method: str) -> TemplateCheck | None:
    """The one test on a template's line, and the loop right behind it."""
    file, line = site.key[0], site.key[1]
    linecache.checkcache(file)
    lines = linecache.getlines(file)
    tags = [(number, tag) for number, text in enumerate(lines, 1) for tag in _TAG.findall(text)]
    tests = [index for index, (number, tag) in enumerate(tags) if number == line and f".{method}" in tag]
    found = _TEST.fullmatch(tags[tests[0]][1]) if len(tests) == 1 else None
    if found is None or found[3] != method:
        return None
    is_negated, name, _, operator, number = found.groups()
    is_any = not operator or (operator, number) in _TEMPLATE_ANY
    if not is_any and (operator, number) not in _TEMPLATE_NONE:
        return None
    if is_negated and operator:
        return None
    keyword = found[0].partition(" ")[0]
    no = "" if is_any and not is_negated else "not "
    return TemplateCheck(
        written=f"{{% {found[0]} %}}",
        better=f"{{% {keyword} {no}{name}.exists %}}",
        loaded=f"{{% {keyword} {no}{name} %}}",
        file=file,
        loading_lines=frozenset() if no else frozenset(_loops_behind(tags[tests[0] + 1 :], name)),
    )


def _loops_behind(tags: list[tuple[int, str]], name: str) -> Iterator[int]:
    """The line of the next tag, where it goes over the very variable: what a dot leads to may be new each time."""
    if tags and "." not in name and re.fullmatch(rf"for [\w, ]+ in {re.escape(name)}", tags[0][1]):
        yield tags[0][0]
