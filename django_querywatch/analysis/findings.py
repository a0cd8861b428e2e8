"""From a group and a verdict to a finding: places, identity, advice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from django_querywatch.analysis.suggestions import suggest
from django_querywatch.records import Certainty, Finding, Frame, Kind, Lineage, QueryGroup, StackGroup

_COMMENT = re.compile(r"\s#\s.*$|\{#.*?#\}")
"""A waiver, or a hint to a linter, does not make another cause of a line."""
_N_PLUS_ONES = ("n_plus_one", "n_plus_one_write", "potential_n_plus_one")
_FAMILIES: dict[Kind, str] = {"potential_n_plus_one": "n_plus_one"}


def make_finding(
    kind: Kind, certainty: Certainty, group: QueryGroup, stacks: Sequence[StackGroup], extra: int = 0
) -> Finding:
    """One finding from the stacks of a group that the verdict holds for.

    `extra` queries, of prefetches, follow from these and would go with them.
    """
    worst = max(stacks, key=lambda stack: stack.count)
    lineage = root_lineage(worst)
    advice = suggest(group, worst, lineage, kind)
    count = sum(stack.count for stack in stacks) + extra
    access = group.access
    path = path_of(group, lineage) if worst.lineage or worst.single else None
    saved = count - advice.queries_needed
    root_model = _root_model(group, worst, lineage)
    return Finding(
        kind=kind,
        certainty=certainty,
        count=count,
        avoidable=max(saved, 0) if kind != "potential_n_plus_one" else 0,
        duration=sum(stack.duration for stack in stacks),
        alias=group.alias,
        sql=group.sql,
        fingerprint=group.fingerprint,
        id=identity(kind, group, worst, lineage, path),
        model=access.model if access else group.model,
        field=access.field if access else None,
        path=path,
        root_model=root_model,
        root_manager=lineage.root_manager
        if lineage is not None and lineage.root_model == root_model
        else "objects",
        location=worst.place,
        locations=places(stacks),
        origin=_origin(group, worst, lineage),
        suggestion=advice.call,
        advice=advice.words,
        operation=group.operation,
        tables=group.tables,
        parameters=group.parameters,
        timeline=group.timeline,
        source=worst.source,
        parent_queries=count if advice.is_for_each_object else 1,
    )


def add(one: Finding, other: Finding) -> Finding:
    """Two findings of one cause in one."""
    return replace(
        one,
        count=one.count + other.count,
        avoidable=one.avoidable + other.avoidable,
        duration=one.duration + other.duration,
        locations=tuple(dict.fromkeys((*one.locations, *other.locations))),
    )


def root_of(finding: Finding) -> tuple[str, str | None, Frame | None]:
    """The queryset that a finding's suggestion changes: equal for all findings on one."""
    return finding.alias, finding.root_model, finding.origin


def _origin(group: QueryGroup, stack: StackGroup, lineage: Lineage | None) -> Frame | None:
    """Where the queryset to change is built: without rows to lead to one, that which asks again and again."""
    if _is_of_unknown_objects(group, stack):
        return None
    if lineage is not None:
        return lineage.origin
    return stack.built if group.kind == "sql" and not stack.is_foreign else None


def _is_of_unknown_objects(group: QueryGroup, stack: StackGroup) -> bool:
    """Whether it is a relation of objects that nothing in this recording loaded, whatever rows the loop goes over."""
    return (
        group.kind != "write" and group.access is not None and stack.lineage is None and stack.single is None
    )


def _root_model(group: QueryGroup, stack: StackGroup, lineage: Lineage | None) -> str | None:
    """The model whose queryset the suggestion is a call of."""
    if _is_of_unknown_objects(group, stack):
        return None
    if group.kind == "write":
        return None if group.shape in ("add", "set", "remove", "clear") else group.model
    return lineage.root_model if lineage and (stack.lineage or stack.single) else group.model


def root_lineage(stack: StackGroup) -> Lineage | None:
    """The lineage that the fix is written for.

    A to-many relation of a single object is a root of its own, unless a template asked for it: there is no
    queryset to change in a template, so the fix goes to the object's own queryset.
    """
    lineage = stack.lineage or stack.single or stack.source_rows
    while lineage is not None and lineage.parent is not None and lineage.origin_kind != "code":
        lineage = _rebased(lineage, lineage.parent)
    return lineage


def _rebased(lineage: Lineage, parent: Lineage) -> Lineage:
    assert lineage.parent_field is not None
    return replace(
        parent,
        path=(*parent.path, lineage.parent_field, *lineage.path),
        names=(*(parent.names or parent.path), lineage.parent_name or lineage.parent_field, *lineage.names),
        to_many=(*parent.to_many, True, *lineage.to_many),
        rows=lineage.rows,
        is_recursive=parent.is_recursive or lineage.is_recursive,
        walked=lineage.walked,
        is_plain=parent.is_plain and lineage.is_plain and lineage.is_plain_relation,
    )


def path_of(group: QueryGroup, lineage: Lineage | None) -> str | None:
    """The relation path from the root queryset to the relation that was fetched."""
    if group.access is None or lineage is None:
        return None
    path, field = lineage.path, group.access.field
    while lineage.is_recursive and path[-1:] == (field,):
        path = path[:-1]  # every level of a tree is one cause
    return "__".join((*path, field))


def places(stacks: Sequence[StackGroup]) -> tuple[Frame, ...]:
    """The call sites, the one with most queries first."""
    counts: dict[Frame, int] = {}
    for stack in stacks:
        if stack.place is not None:
            counts[stack.place] = counts.get(stack.place, 0) + stack.count
    return tuple(sorted(counts, key=lambda place: -counts[place]))


def identity(
    kind: Kind, group: QueryGroup, stack: StackGroup, lineage: Lineage | None, path: str | None
) -> str:
    """A name that survives more rows, moved lines, another checkout and another database."""
    family = (
        "n_plus_one_write" if group.kind == "write" and kind in _N_PLUS_ONES else _FAMILIES.get(kind, kind)
    )
    if path is not None and lineage is not None and stack.lineage is not None:
        parts = [
            family,
            lineage.root_model,
            path,
            group.shape,
            *(() if lineage.is_plain else ("filtered",)),
            *_question(group, stack),
            *named(lineage.origin, lineage.origin_source),
        ]
    else:
        parts = [family, group.operation, *group.tables, *named(stack.place, stack.source)]
    return digest(*parts)


def _question(group: QueryGroup, stack: StackGroup) -> list[str]:
    """What is asked of a relation to many rows: another question needs another fix."""
    asked = group.asked
    if group.access is None or not group.access.is_to_many or group.shape == "all":
        return []
    if not asked.is_all_told:
        return [group.shape, *named(stack.place, stack.source)]
    aggregates = [part for aggregate in group.aggregates for part in aggregate]
    return [*asked.filters, *asked.ordering, *aggregates, str(asked.limit or "")]


def digest(*parts: str) -> str:
    """The id of a cause that these parts tell from all others."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def named(place: Frame | None, source: str | None) -> tuple[str, str]:
    if place is None:
        return "", ""
    file = "/".join(place.file.replace("\\", "/").split("/")[-2:])
    return f"{file}:{place.function or ''}", " ".join(_COMMENT.sub("", source or "").split())
