"""From a recording's counts to frozen values: the last step of capture, made once, when a report is asked for."""

from __future__ import annotations

from typing import Any, Literal

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.buckets import Bucket
from django_querywatch.capture.groups import Counts, Family, Repeat
from django_querywatch.capture.lineage import Node, Root
from django_querywatch.capture.places import source_line
from django_querywatch.capture.querysets import joined_paths
from django_querywatch.capture.sites import ClassSite, TemplateSite
from django_querywatch.records import (
    Asked,
    Frame,
    Lineage,
    QueryGroup,
    RelationAccess,
    Repetition,
    StackGroup,
)

_FEW = 6
"""A framework may ask twice for itself, as the admin counts a list twice, and a few objects may share a key, a few
form fields their choices; more than that grows with something."""


def query_groups(counts: Counts, slow: float | None) -> list[QueryGroup]:
    """One value per family that a finding could come of; `slow` is the limit in seconds, where there is one."""
    repeated = {id(repeat.family) for repeat in counts.repeats.values() if _is_repeated(repeat)}
    return [
        _query_group(family)
        for family in counts.families.values()
        if family.facts is not None
        or id(family) in repeated
        or (slow is not None and _longest(family) >= slow)
    ]


def _longest(family: Family) -> float:
    return max(bucket.longest for bucket in family.buckets.values())


def _is_repeated(repeat: Repeat) -> bool:
    most = _FEW if repeat.is_frameworks_own or repeat.has_other_askers else 1
    return repeat.count > most


def repetitions(counts: Counts) -> list[Repetition]:
    """Statements that ran more than once with the same parameters."""
    return [
        Repetition(
            group_key=id(repeat.family),
            count=repeat.count,
            duration=repeat.duration,
            places=tuple(frame for frame in map(_frame, repeat.places) if frame),
        )
        for repeat in counts.repeats.values()
        if _is_repeated(repeat)
    ]


def _query_group(family: Family) -> QueryGroup:
    facts = family.facts or {}
    return QueryGroup(
        key=id(family),
        kind=family.kind,
        alias=family.alias,
        sql=family.sql if family.samples else family.fingerprint.text,
        fingerprint=family.fingerprint.text,
        operation=family.fingerprint.operation,
        tables=family.fingerprint.tables,
        stacks=tuple(map(_stack_group, family.buckets.values())),
        access=_access(family.relation) if family.relation else None,
        shape=facts.get("shape", ""),
        lookup=facts.get("lookup", ()),
        asked=facts.get("asked", Asked()),
        model=_label(facts.get("model")),
        is_prefetch_bypassed=facts.get("is_prefetch_bypassed", False),
        eager=facts.get("eager", ()),
        loaded=facts.get("loaded", ()),
        is_foreign=facts.get("is_foreign", False),
        built=_frame(facts.get("built")),
        has_line=facts.get("has_line", True),
        aggregates=facts.get("aggregates", ()),
        caveats=facts.get("caveats", ()),
        followers=family.followers,
        parameters=tuple(family.samples),
        timeline=tuple(family.marks),
    )


def _access(relation: Relation) -> RelationAccess:
    return RelationAccess(
        kind=relation.kind,
        model=_label(relation.model) or "",
        field=relation.name,
        target=_label(relation.target),
        remote_name=relation.remote_name,
        query_name=relation.query_name or relation.name,
    )


def _stack_group(bucket: Bucket) -> StackGroup:
    place = _frame(bucket.place)
    return StackGroup(
        count=bucket.count,
        duration=bucket.duration,
        longest=bucket.longest,
        place=place,
        source=source_line(place),
        arity=bucket.arity,
        is_many_keyed=bucket.is_many_keyed or bucket.arity > 1,
        is_irregular=bucket.is_irregular,
        leaves_early=bucket.leaves_early,
        distinct_parameters=len(bucket.parameters),
        first_parent=hash(bucket.first_parent),
        has_distinct_parents=bucket.has_distinct_parents,
        has_loop=bucket.has_loop,
        has_row_loop=bucket.has_row_loop,
        loop_rows=bucket.loop_node.rows if bucket.loop_node is not None else 0,
        is_exempt=bucket.is_exempt,
        is_peers=bucket.is_peers,
        lineage=_lineage(bucket.node.root, bucket.node) if bucket.node else None,
        single=_lineage(bucket.single.root, bucket.single) if bucket.single else None,
        source_rows=_lineage(bucket.carrier.root, bucket.carrier) if bucket.carrier else None,
        is_proven_source=bucket.is_proven_carrier,
    )


def _lineage(root: Root, node: Node) -> Lineage:
    origin = _frame(root.site)
    names, is_deferring = root.facts.get("deferred_loading", (frozenset(), True))
    parent = root.parent
    return Lineage(
        root_model=_label(root.model) or "",
        path=node.path,
        to_many=_hops(root.model, node.path),
        rows=node.rows,
        origin=origin,
        origin_source=source_line(origin),
        origin_kind=_origin_kind(root.site),
        is_admin_list=root.facts.get("is_admin_list", False),
        is_plain=node.is_plain,
        is_plain_relation=root.is_plain_relation,
        joined=_joined(root),
        is_recursive=root.is_recursive,
        is_raw=root.facts.get("is_raw", False),
        is_combined=bool(root.facts.get("combinator")),
        is_for_update=root.facts.get("for_update", False),
        only=() if is_deferring else tuple(sorted(names)),
        defer=tuple(sorted(names)) if is_deferring else (),
        parent=_lineage(parent.root, parent) if parent is not None else None,
        parent_field=root.relation_name,
    )


def _joined(root: Root) -> tuple[str, ...]:
    """The paths that the root joins; of all that the admin joins by itself, those that its columns need."""
    joined = joined_paths(root.model, root.facts.get("joined"))
    columns = getattr(root.site.owner, "list_display", ()) if isinstance(root.site, ClassSite) else ()
    fields = {field.name for field in root.model._meta.get_fields()}
    if root.facts.get("is_admin_list") and columns and fields.issuperset(columns):
        return tuple(path for path in joined if path in columns)
    return joined  # a column of the project's own may read any of them


def _origin_kind(site: Any) -> Literal["code", "template", "class", "none"]:
    if site is None:
        return "none"
    if isinstance(site, TemplateSite):
        return "template"
    return "class" if isinstance(site, ClassSite) else "code"


def _hops(model: Any, path: tuple[str, ...]) -> tuple[bool, ...]:
    """For each hop, whether a join cannot follow it: to many rows, a generic key, a `to_attr`."""
    hops: list[bool] = []
    for name in path:
        descriptor = getattr(model, name, None) if model is not None else None
        model = _model_behind(descriptor)
        hops.append(model is None or hasattr(descriptor, "related_manager_cls"))
    return tuple(hops)


def _model_behind(descriptor: Any) -> Any:
    rel = getattr(descriptor, "related", None) or getattr(descriptor, "rel", None)
    if rel is None:
        field = getattr(descriptor, "field", None)
        return getattr(field, "related_model", None)
    if getattr(descriptor, "reverse", None) is False:
        return rel.model
    return rel.related_model


def _label(model: Any) -> str | None:
    options = getattr(model, "_meta", None)
    return options.label if options is not None else None


def _frame(site: Any) -> Frame | None:
    return site.frame() if site is not None else None
