"""One change, one finding: what the fix of another finding cures is reported with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from django_querywatch.analysis.findings import add, root_of
from django_querywatch.analysis.related import is_list_option, list_option
from django_querywatch.records import KINDS, Finding


def merge(findings: Sequence[Finding]) -> list[Finding]:
    """Join findings of one identity, and those whose relation lies on the path of another's fix."""
    by_id: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = finding.alias, finding.id
        known = by_id.get(key)
        by_id[key] = _join(known, finding) if known else finding
    remaining = sorted(by_id.values(), key=_depth)
    merged: list[Finding] = []
    for finding in remaining:
        index = next((n for n, deeper in enumerate(merged) if _is_cured_by(finding, deeper)), None)
        if index is None:
            merged.append(finding)
        else:
            merged[index] = _absorb(merged[index], finding)
    return _with_whole_options(merged)


def _with_whole_options(findings: list[Finding]) -> list[Finding]:
    """An option of a ModelAdmin is written once: each finding that it cures names all that it has to hold."""
    names: dict[tuple[object, ...], set[str]] = {}
    for finding in findings:
        if is_list_option(finding.suggestion):
            names.setdefault(root_of(finding), set()).update(_NAME.findall(finding.suggestion or ""))
    return [
        replace(finding, suggestion=list_option(names[root_of(finding)]))
        if is_list_option(finding.suggestion)
        else finding
        for finding in findings
    ]


def _depth(finding: Finding) -> tuple[int, int]:
    """The deepest first; of one path, what does more."""
    return -len(finding.path or ""), -len(finding.suggestion or "")


def _is_cured_by(finding: Finding, deeper: Finding) -> bool:
    if not (finding.path and deeper.path and deeper.suggestion and finding.suggestion):
        return False
    if root_of(finding) != root_of(deeper):
        return False
    if deeper.suggestion.startswith(f"{finding.suggestion}."):  # a key that is loaded, and then followed
        return True
    return (
        deeper.path.startswith(finding.path + "__")
        and _is_plain_fix(deeper.suggestion)
        and _is_plain_fix(finding.suggestion)
        and _models(finding.suggestion) <= _models(deeper.suggestion)
    )


def _is_plain_fix(suggestion: str) -> bool:
    """Whether a suggestion is an eager loading of just its path, with whatever is loaded already."""
    if is_list_option(suggestion):
        return True
    generic = _GENERIC.fullmatch(suggestion)
    if generic is not None:
        return all(map(_is_plain_fix, _QUERYSET.split(generic[2])[2::2]))
    return _EAGER.fullmatch(suggestion) is not None  # a join may write the path by other names


def _models(suggestion: str) -> set[str]:
    """The models behind a generic key for which the suggestion has a queryset."""
    generic = _GENERIC.fullmatch(suggestion)
    return set(_QUERYSET.split(generic[2])[1::2]) if generic is not None else set()


_NAME = re.compile(r'"(\w+)"')
_EAGER = re.compile(r'(?:only\([\w", ]+\)\.)?(?:select|prefetch)_related\("\w+"\)')
_GENERIC = re.compile(r'prefetch_related\(GenericPrefetch\("(\w+)", \[(.*)\]\)\)')
_QUERYSET = re.compile(r"(?:^|, )(\w+)\.\w+\.")


def _join(one: Finding, other: Finding) -> Finding:
    kind = min(one.kind, other.kind, key=KINDS.index)
    return replace(
        add(one, other),
        kind=kind,
        certainty="certain" if "certain" in (one.certainty, other.certainty) else "likely",
        timeline=tuple(sorted((*one.timeline, *other.timeline))),
    )


def _prefetched_hops(deeper: Finding, finding: Finding) -> int:
    """The queries for a hop that a join of its own would have saved, and the prefetch of the deeper path does not."""
    deeper_call, call = deeper.suggestion or "", finding.suggestion or ""
    joins = call.count("select_related(")
    if finding.kind == "potential_n_plus_one" or not joins or "prefetch_related(" not in deeper_call:
        return 0
    if not call.startswith("prefetch_related("):
        return joins
    return 0 if "select_related(" in deeper_call else joins


def _absorb(deeper: Finding, finding: Finding) -> Finding:
    joined = _join(deeper, finding)
    joined = replace(joined, avoidable=max(joined.avoidable - _prefetched_hops(deeper, finding), 0))
    if finding.path == deeper.path:
        return joined
    relation = f"{finding.model}.{finding.field}"
    return replace(joined, also=tuple(dict.fromkeys((relation, *finding.also, *deeper.also))))
