"""The baseline: findings that are tolerated until somebody cures them. It knows them by their id alone.

Nothing in the file depends on the number of rows, on line numbers or on where the checkout lies, so that it
only changes when a cause comes or goes. One entry a line, sorted: git merges it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from django_querywatch.atomic_file import write_whole
from django_querywatch.records import Finding, Frame
from django_querywatch.reporters import wording
from django_querywatch.reporters.escaping import escape

# 1: the first.
BASELINE_VERSION = 1
_HEADER = "# django-querywatch baseline, version"
_HINT = "# Tolerated until cured. Only the id at the start of a line counts; the words are for people."
_ENTRY = re.compile(r"(?P<id>[0-9a-f]{8,64})(?:\s+(?P<words>.*))?")


class BaselineError(Exception):
    """A baseline that cannot be read or written: says which file, what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Ids of tolerated findings, each with words that a reviewer understands."""

    entries: Mapping[str, str] = field(default_factory=dict)

    def tolerates(self, finding: Finding) -> bool:
        return finding.id in self.entries

    def without(self, ids: Collection[str]) -> Baseline:
        return Baseline(entries={key: words for key, words in self.entries.items() if key not in ids})

    def with_findings(self, findings: Iterable[Finding], root: Path) -> Baseline:
        """Add what is new; the words of an entry that is there stay as they are."""
        return Baseline(
            entries={**{finding.id: words_for(finding, root) for finding in findings}, **self.entries}
        )


def read_baseline(path: Path) -> Baseline:
    """Read the file; BaselineError says what is wrong with it."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise BaselineError(
            f"The baseline {path} does not exist. Write it with --querywatch-update-baseline."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineError(f"The baseline {path} cannot be read: {error}.") from error
    _check_version(path, lines)
    entries = [_entry(path, number, line) for number, line in enumerate(lines, 1) if not _is_comment(line)]
    return Baseline(entries=dict(entries))


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the file whole or not at all."""
    try:
        write_whole(path, render_baseline(baseline))
    except OSError as error:
        raise BaselineError(f"The baseline {path} cannot be written: {error}.") from error


def render_baseline(baseline: Baseline) -> str:
    lines = [f"{key}  {words}".rstrip() for key, words in sorted(baseline.entries.items())]
    return "\n".join([f"{_HEADER} {BASELINE_VERSION}", _HINT, *lines]) + "\n"


def words_for(finding: Finding, root: Path) -> str:
    """`N+1 shop.Order.user at shop/services.py in mailing_list, queryset at shop/views.py in OrderList`."""
    # A single row makes a potential N+1 of the same cause: the words must not depend on the data.
    kind = "n_plus_one" if finding.kind == "potential_n_plus_one" else finding.kind
    words = f"{wording.KIND_WORDS[kind]} {wording.subject(finding)}"
    places = sorted(_place(frame, root) for frame in (*finding.locations, finding.location) if frame)
    if places:
        words += f" at {places[0]}"
    return f"{words}, queryset at {_place(finding.origin, root)}" if finding.origin else words


def _place(frame: Frame, root: Path) -> str:
    path = escape(_portable_path(frame.file, root), limit=300)
    return f"{path} in {escape(frame.function)}" if frame.function else path


def _portable_path(file: str, root: Path) -> str:
    path = PurePath(file)
    for folder in ("site-packages", "dist-packages"):
        if folder in path.parts:
            return PurePath(*path.parts[path.parts.index(folder) + 1 :]).as_posix()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _is_comment(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _check_version(path: Path, lines: list[str]) -> None:
    header = next((line for line in lines if line.startswith(_HEADER)), None)
    if header is None:
        raise BaselineError(f"{path} is no baseline: it lacks the line {_HEADER + ' 1'!r}.")
    version = header.removeprefix(_HEADER).strip()
    if not re.fullmatch(r"[1-9]\d{0,8}", version, re.ASCII):
        raise BaselineError(f"The baseline {path} has an unknown version {version[:40]!r}.")
    if int(version) > BASELINE_VERSION:
        raise BaselineError(
            f"The baseline {path} has version {version}, and this django-querywatch reads up to "
            f"{BASELINE_VERSION}. Upgrade django-querywatch here to the version that wrote it."
        )


def _entry(path: Path, number: int, line: str) -> tuple[str, str]:
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
        raise BaselineError(
            f"{path}:{number} is a mark of an unfinished merge. Keep the entries of both sides."
        )
    found = _ENTRY.fullmatch(line.strip())
    if found is None:
        raise BaselineError(f"{path}:{number} is no entry: a line begins with the id of a finding.")
    return found["id"], found["words"] or ""
