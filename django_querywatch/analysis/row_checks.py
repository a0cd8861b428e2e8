"""Checks whether there are rows: a count where `exists()` would do, a query where the rows are loaded anyway."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django_querywatch.analysis.findings import add, digest, named
from django_querywatch.records import Finding, RowCheck


def detect(checks: Sequence[RowCheck], explained: Collection[int]) -> Iterator[Finding]:
    """One finding for each check that no other finding explains, by whatever way its line was reached."""
    merged: dict[tuple[str, str], Finding] = {}
    for check in checks:
        if check.group_key not in explained:
            finding = _finding(check)
            key = finding.alias, finding.id
            merged[key] = add(merged[key], finding) if key in merged else finding
    yield from merged.values()


def _finding(check: RowCheck) -> Finding:
    parts = ("wasteful_check", check.method, check.better, *check.tables, *named(check.place, check.source))
    locations = (check.place, check.loaded_at) if check.loaded_at is not None else (check.place,)
    return Finding(
        kind="wasteful_check",
        certainty="certain",
        count=check.count,
        avoidable=check.saved,
        duration=check.duration,
        alias=check.alias,
        sql=check.sql,
        fingerprint=check.fingerprint,
        id=digest(*parts),
        model=check.model,
        location=check.place,
        locations=locations,
        suggestion=f"write {check.better} in place of {check.written}",
        advice=_LOADED if check.loaded_at is not None else _COUNTED,
        tables=check.tables,
        source=check.source,
    )


_COUNTED = "only whether there are rows matters here: the database need not count them all"
_LOADED = "the rows are loaded next anyway: a queryset that is tested itself loads them once, and keeps them"
