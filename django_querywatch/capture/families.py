"""The cause of a query: what tells the queries that one change cures from all others."""

from __future__ import annotations

from typing import Any

from django_querywatch.capture import roles
from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.lineage import note_of
from django_querywatch.capture.querysets import is_plain_relation
from django_querywatch.capture.sighting import Sighting
from django_querywatch.capture.walk import Walk


def name_family(sighting: Sighting, text: str, operation: str) -> None:
    """Give a sighting the keys of its cause and of its stack, by which queries are counted together."""
    walk, relation, node = sighting.walk, sighting.relation, sighting.node
    sighting.sites_key = hash(tuple(walk.key))
    sighting.names_key = hash(tuple(walk.names))
    # Objects found one by one in different places are no rows of one queryset.
    found_at = sighting.single.root.key if sighting.single is not None else None
    sighting.stack_key = hash((sighting.sites_key, sighting.names_key, tuple(walk.rounds), found_at))
    if operation in ("INSERT", "UPDATE", "DELETE") or walk.method in roles.WRITE_METHODS:
        sighting.kind = "write"
        what: Any = walk.method if walk.method in roles.WRITE_METHODS else text
        if walk.method in ("save", "delete"):  # one line may write objects of several models
            what = walk.method, type(walk.saved)
        # One call may write several tables; without a line of the project there is no one call.
        sighting.family_key = ("write", walk.site or (walk.place, text), what)
        # One call may send several statements by one stack: a cascade's, a parent table's.
        sighting.stack_key = hash((sighting.stack_key, text))
    elif relation is not None and node is not None:
        sighting.kind = "edge"
        shape = shape_of(walk, relation)
        own_text = text if relation.is_to_many and shape != "all" else None
        path = (node.path, node.is_plain)
        sighting.family_key = ("edge", node.root.key, path, relation.name, shape, own_text)
    else:
        sighting.family_key = ("sql", text)


def shape_of(walk: Walk, relation: Relation) -> str:
    """How a to-many relation was asked: all, filter, values, choices, count, exists, first, aggregate, get, ..."""
    if not relation.is_to_many:
        return relation.kind
    if walk.is_choices:
        return "choices"
    if walk.method not in ("fetch_all", "iterator"):
        return walk.method
    if (
        getattr(walk.queryset.query, "values_select", ())
        or getattr(walk.queryset, "_fields", None) is not None
    ):
        return "values"
    return "all" if walk.reads_prefetched or asks_all(walk) else "filter"


def asks_all(walk: Walk) -> bool:
    """Whether a to-many relation was asked for all of its rows, as a prefetch brings them."""
    note = note_of(walk.queryset)
    if (
        walk.method not in ("fetch_all", "iterator")
        or note is None
        or note.manager is None
        or walk.is_choices
    ):
        return False
    return is_plain_relation(note.manager, walk.queryset.query)
