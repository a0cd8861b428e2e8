"""What is left out of a report: findings that an entry of `IGNORE` or a waiver in the source allows.

A finding that is left out here is left out of every channel: nothing else looks at ignores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from django_querywatch.analysis.until import is_over
from django_querywatch.analysis.waived import SourceWaivers, culprits
from django_querywatch.analysis.waivers import covers
from django_querywatch.records import Config, Finding, Report, short_path

_Entry = Mapping[str, str]

_NAMES = ("url_name", "view")
_matched: set[tuple[tuple[str, str], ...]] = set()
"""The entries that left out something in this process, so that the others can be listed."""


def without_ignored(report: Report, config: Config, today: date) -> Report:
    """The report without what is ignored, for its names too."""
    if not report.findings:
        return report
    entries = [entry for entry in config.ignore if _is_for(entry, report, today)]
    left = []
    for finding in report.findings:
        waivers = SourceWaivers(finding)
        # Both are asked, so that an entry counts as matched beside a waiver.
        if not _matches_any(entries, finding) | waivers.allow(finding, today):
            left.append(waivers.explained(finding))
    count = len(report.findings) - len(left)
    if count == 0:
        return replace(report, findings=tuple(left))
    saved = sum(finding.avoidable for finding in left)
    return replace(
        report,
        findings=tuple(left),
        avoidable=min(saved, report.query_count),
        ignored=report.ignored + count,
    )


def note_matched(entries: Iterable[_Entry]) -> None:
    """Count entries as matched: another process of this run saw it."""
    _matched.update(map(_key, entries))


def matched() -> list[dict[str, str]]:
    """The entries that left out something in this process."""
    return [dict(key) for key in sorted(_matched)]


def unused(config: Config) -> list[_Entry]:
    """The entries that have left out nothing so far; those of a URL or a view match in requests alone."""
    return [
        entry for entry in config.ignore if entry.keys().isdisjoint(_NAMES) and _key(entry) not in _matched
    ]


def _key(entry: _Entry) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(entry.items()))


def _is_for(entry: _Entry, report: Report, today: date) -> bool:
    """Whether the entry holds today, and for this request."""
    return (
        not is_over(entry.get("until"), today)
        and entry.get("url_name", report.url_name) == report.url_name
        and entry.get("view", report.view) == report.view
    )


def _matches_any(entries: Iterable[_Entry], finding: Finding) -> bool:
    """Whether each relation of the finding is matched: one fix cures them all, one entry may name one."""
    fitting = [entry for entry in entries if "kind" not in entry or covers([entry["kind"]], finding)]
    if any("file" in entry for entry in fitting):
        paths = _paths(finding)
        fitting = [entry for entry in fitting if "file" not in entry or _is_any(paths, entry["file"])]
    relation = f"{finding.model}.{finding.field}" if finding.field else finding.model
    return all(_is_matched(fitting, each) for each in (relation, *finding.also))


def _is_matched(entries: Iterable[_Entry], relation: str | None) -> bool:
    found = [entry for entry in entries if "relation" not in entry or _is_within(relation, entry["relation"])]
    note_matched(found)
    return bool(found)


def _is_within(relation: str | None, named: str) -> bool:
    """``shop.Order`` names all relations of the model."""
    return relation is not None and (relation == named or relation.startswith(f"{named}."))


def _paths(finding: Finding) -> set[str]:
    """The files of the finding's places, absolute and from the working directory."""
    files = {frame.file for frame in (*culprits(finding), finding.origin) if frame is not None}
    return {str(Path(file).absolute()) for file in files} | {short_path(file) for file in files}


def _is_any(paths: Iterable[str], pattern: str) -> bool:
    # `**/` may stand for no folder at all, as it does elsewhere.
    patterns = {pattern, pattern.replace("**/", "")}
    return any(fnmatch(path, each) for path in paths for each in patterns)
