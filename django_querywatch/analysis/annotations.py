"""Annotations that several findings give one queryset: they share its joins and its names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from django_querywatch.analysis.findings import root_of
from django_querywatch.analysis.related import BY_SUBQUERY
from django_querywatch.records import Finding, Frame

_ALIAS = re.compile(
    r"(?:(?<=annotate\()|(?<=, ))(\w+)(?==(?:Exists|Avg|Count|Max|Min|StdDev|Sum|Variance)\()"
)
_COUNTED_ONCE = re.compile(r"(?:Max|Min)\(|Count\(.*distinct=True\)|Exists\(")
"""What gives the same however often its rows are joined."""

_Root = tuple[str, str | None, Frame | None]


def beside_each_other(findings: Sequence[Finding]) -> list[Finding]:
    """Take back sums over one relation where another is joined, too, and give each annotation its own name."""
    joined: dict[_Root, set[str | None]] = {}
    for finding in findings:
        if _is_joining(finding):
            joined.setdefault(root_of(finding), set()).add(finding.path)
    names: dict[_Root, set[str]] = {}
    return [
        _without_call(finding)
        if _is_multiplied(finding) and len(joined[root_of(finding)]) > 1
        else _renamed(finding, names.setdefault(root_of(finding), set()))
        for finding in findings
    ]


def _is_joining(finding: Finding) -> bool:
    call = finding.suggestion or ""
    return call.startswith("annotate(") and "=Exists(" not in call


def _is_multiplied(finding: Finding) -> bool:
    if not _is_joining(finding):
        return False
    calls = _ALIAS.split(finding.suggestion or "")[2::2]
    return not all(_COUNTED_ONCE.match(call, 1) for call in calls)


def _without_call(finding: Finding) -> Finding:
    return replace(finding, suggestion=None, advice=BY_SUBQUERY)


def _renamed(finding: Finding, names: set[str]) -> Finding:
    """The finding with names that no annotation of its queryset has yet."""
    if not (finding.suggestion or "").startswith("annotate("):
        return finding
    for alias in _ALIAS.findall(finding.suggestion or ""):
        free = alias
        while free in names:
            free = _next(free)
        names.add(free)
        if free != alias:
            finding = replace(
                finding,
                suggestion=re.sub(rf"\b{alias}=", f"{free}=", finding.suggestion or "", count=1),
                advice=f"{finding.advice or ''}; read it as {free}".removeprefix("; "),
            )
    return finding


def _next(alias: str) -> str:
    stem, _, number = alias.rpartition("_")
    return f"{stem}_{int(number) + 1}" if number.isdigit() else f"{alias}_2"
