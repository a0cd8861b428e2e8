"""From a recording's counts to frozen values: the last step of capture, made once, when a report is asked for."""

from __future__ import annotations

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.buckets import Bucket
from django_querywatch.capture.groups import Counts, Family, Repeat
from django_querywatch.capture.libraries import is_frameworks, is_librarys
from django_querywatch.capture.lineage_values import frame_of, label_of, lineage_value
from django_querywatch.capture.places import source_line
from django_querywatch.capture.querysets import hides_nothing
from django_querywatch.records import (
    Asked,
    Bulk,
    Eager,
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
        _query_group(family, counts.started)
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
            places=tuple(frame for frame in map(frame_of, repeat.places) if frame),
        )
        for repeat in counts.repeats.values()
        if _is_repeated(repeat)
    ]


def _query_group(family: Family, started: float) -> QueryGroup:
    facts, marks = family.facts or {}, family.marks
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
        is_steady=bool(frozenset.intersection(*(bucket.steady for bucket in family.buckets.values()))),
        model=label_of(facts.get("model")),
        is_prefetch_bypassed=facts.get("is_prefetch_bypassed", False),
        is_iterator=facts.get("is_iterator", False),
        models_led_to=_models_led_to(family),
        eager=facts.get("eager", Eager()),
        loaded=facts.get("loaded", ()),
        aggregates=facts.get("aggregates", ()),
        bulk=facts.get("bulk", Bulk()),
        is_by_key=facts.get("is_by_key", False),
        followers=family.followers,
        parameters=tuple(family.samples),
        timeline=tuple(
            (start - started, duration) for start, duration in zip(marks[::2], marks[1::2], strict=True)
        ),
    )


def _models_led_to(family: Family) -> int:
    """A prefetch of a generic key takes a query for each model that its rows lead to."""
    relation = family.relation
    if relation is None or relation.kind != "generic":
        return 1
    nodes = (bucket.node for bucket in family.buckets.values() if bucket.node is not None)
    rows = [(node.children or {}).get((relation.name, True)) for node in nodes]
    return max((len(each.behind.models) for each in rows if each is not None and each.behind), default=1)


def _access(relation: Relation) -> RelationAccess:
    return RelationAccess(
        kind=relation.kind,
        model=label_of(relation.model) or "",
        field=relation.name,
        target=label_of(relation.target),
        remote_name=relation.remote_name,
        query_name=relation.query_name or relation.name,
        key_name=relation.key_name,
        manager=relation.manager_name,
        hides_rows=relation.target is not None and not hides_nothing(relation.target._base_manager),
    )


def _stack_group(bucket: Bucket) -> StackGroup:
    place, note, is_source = frame_of(bucket.place), bucket.note, not bucket.is_of_other_rows
    return StackGroup(
        count=bucket.count,
        duration=bucket.duration,
        longest=bucket.longest,
        place=place,
        source=source_line(place),
        has_line=bucket.has_line,
        # Between a raw statement and its caller may stand the cursor wrappers of instruments: they ask nothing.
        is_foreign=(note is not None and note.is_foreign)
        or (bool(bucket.method) and is_librarys(bucket.key)),
        is_frameworks=is_frameworks(bucket.key),
        is_related_field=bucket.is_related_field,
        built=frame_of(note.site) if note is not None else None,
        arity=bucket.arity,
        is_many_keyed=bucket.is_many_keyed or bucket.arity > 1,
        is_irregular=bucket.is_irregular and not bucket.is_of_several_rows,
        lookups=bucket.lookups,
        row_lookups=tuple(sorted(bucket.row_lookups)) if bucket.count > 1 else (),
        steady_lookups=tuple(sorted(name for name, _ in bucket.steady)),
        leaves_early=bucket.leaves_early,
        distinct_parameters=len(bucket.parameters),
        first_parent=hash(bucket.first_parent),
        has_distinct_parents=bucket.has_distinct_parents,
        writes_one=bucket.writes_one,
        writes_next=bucket.writes_next,
        has_loop=bucket.has_loop,
        has_row_loop=bucket.has_row_loop,
        loop_rows=bucket.loop_node.rows if bucket.loop_node is not None else 0,
        is_exempt=bucket.is_exempt or bucket.is_batch,
        is_peers=bucket.is_peers,
        lineage=lineage_value(bucket.node.root, bucket.node) if bucket.node else None,
        single=lineage_value(bucket.single.root, bucket.single) if bucket.single else None,
        source_rows=lineage_value(bucket.carrier.root, bucket.carrier)
        if bucket.carrier and is_source
        else None,
        source_row=hash(bucket.carrier_key) if bucket.carrier_key is not None else None,
        is_proven_source=bucket.is_proven_carrier and is_source,
    )
