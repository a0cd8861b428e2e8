"""One change, one finding: what the fix of another finding cures is reported with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django_querywatch.records import KINDS, Finding


def merge(findings: Sequence[Finding]) -> list[Finding]:
    """Join findings of one identity, and those whose relation lies on the path of another's fix."""
    by_id: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = finding.alias, finding.id
        known = by_id.get(key)
        by_id[key] = _join(known, finding) if known else finding
    remaining = sorted(by_id.values(), key=lambda finding: -len(finding.path or ""))
    merged: list[Finding] = []
    for finding in remaining:
        index = next((n for n, deeper in enumerate(merged) if _is_cured_by(finding, deeper)), None)
        if index is None:
            merged.append(finding)
        else:
            merged[index] = _absorb(merged[index], finding)
    return merged


def _is_cured_by(finding: Finding, deeper: Finding) -> bool:
    if not (finding.path and deeper.path and deeper.suggestion and finding.suggestion):
        return False
    return (
        finding.alias == deeper.alias
        and finding.root_model == deeper.root_model
        and finding.origin == deeper.origin
        and deeper.path.startswith(finding.path + "__")
        and _is_plain_fix(deeper.suggestion, deeper.path)
        and _is_plain_fix(finding.suggestion, finding.path)
    )


def _is_plain_fix(suggestion: str, path: str) -> bool:
    """Whether a suggestion is an eager loading of just this path, with whatever is loaded already."""
    if suggestion.startswith("list_select_related"):
        return f'"{path}"' in suggestion
    return suggestion in (f'select_related("{path}")', f'prefetch_related("{path}")')


def _join(one: Finding, other: Finding) -> Finding:
    kind = min(one.kind, other.kind, key=KINDS.index)
    return replace(
        one,
        kind=kind,
        certainty="certain" if "certain" in (one.certainty, other.certainty) else "likely",
        count=one.count + other.count,
        avoidable=one.avoidable + other.avoidable,
        duration=one.duration + other.duration,
        locations=tuple(dict.fromkeys((*one.locations, *other.locations))),
        timeline=tuple(sorted((*one.timeline, *other.timeline))),
    )


def _absorb(deeper: Finding, finding: Finding) -> Finding:
    relation = f"{finding.model}.{finding.field}"
    return replace(_join(deeper, finding), also=(relation, *finding.also, *deeper.also))
