"""The comment that ignores a finding where it stands, and its grammar; nothing here raises.

``# querywatch: ignore[n_plus_one, duplicate] until=2027-03 max=20 -- reason``, in templates ``{# ... #}``.
Kinds, ``until``, ``max`` and the reason may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django_querywatch.analysis.until import is_over, is_until
from django_querywatch.records import KINDS, Finding

_MARK = re.compile(r"#[-+]?\s*querywatch\s*:")
_COMMAND = re.compile(r"ignore(?:\[([^\]]*)\])?(?=\s|$)")
_NUMBER = re.compile(r"[0-9]{1,9}")
_LONGEST = 2000
"""Characters of a comment that are read: more is no comment of a person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What one comment allows."""

    kinds: tuple[str, ...] = ()
    """Empty: all."""
    until: str | None = None
    max: int | None = None
    problem: str | None = None
    """Why it is not honoured, as the end of a sentence that begins with its place."""

    def allows(self, finding: Finding, today: date) -> bool:
        """Whether the finding is of these kinds, few enough, and today not too late."""
        if self.problem is not None or is_over(self.until, today):
            return False
        if self.max is not None and finding.count > self.max:
            return False
        return not self.kinds or covers(self.kinds, finding)


def covers(kinds: Iterable[str], finding: Finding) -> bool:
    """Whether these kinds include the finding's; a potential N+1 is an N+1 that has met one row only."""
    wanted = {finding.kind}
    if finding.kind == "potential_n_plus_one":
        wanted |= {"n_plus_one"} if finding.operation == "SELECT" else {"n_plus_one", "n_plus_one_write"}
    return not wanted.isdisjoint(kinds)


def parse_waiver(line: str) -> Waiver | None:
    """The waiver on a line of source; None where there is none."""
    mark = _MARK.search(line)
    if mark is None:
        return None
    body = line[mark.end() : mark.end() + _LONGEST]
    if line[mark.start() - 1 : mark.start()] == "{":
        body = body.partition("#}")[0].rstrip("-+")
    # The rest of the line may hold the comment of another tool.
    head = body.partition("--")[0].partition("#")[0].strip()
    command = _COMMAND.match(head)
    if command is None:
        return Waiver(problem=f"says {head[:60]!r}, not 'ignore' or 'ignore[kind]'")
    return _parse_options(_words(command[1]), head[command.end() :].split())


def is_comment(line: str) -> bool:
    """Whether a line holds a comment and nothing else."""
    text = line.strip()
    return text.startswith("#") or (text.startswith("{#") and text.find("#}") in (-1, len(text) - 2))


def _words(bracket: str | None) -> tuple[str, ...] | None:
    return None if bracket is None else tuple(word.strip() for word in bracket.split(","))


def _parse_options(kinds: tuple[str, ...] | None, options: list[str]) -> Waiver:
    for kind in kinds or ():
        if kind not in KINDS:
            return Waiver(problem=f"has the unknown kind {kind[:60]!r}; valid are {', '.join(KINDS)}")
    values: dict[str, str] = {}
    for option in options:
        name, _, value = option.partition("=")
        if name in values or not _is_valid(name, value):
            return Waiver(
                problem=f"has {option[:60]!r}; write until=2027-03-31 or until=2027-03, max=20, "
                "and a reason behind '--'"
            )
        values[name] = value
    most = int(values["max"]) if "max" in values else None
    return Waiver(kinds=kinds or (), until=values.get("until"), max=most)


def _is_valid(name: str, value: str) -> bool:
    if name == "until":
        return is_until(value)
    return name == "max" and _NUMBER.fullmatch(value) is not None
