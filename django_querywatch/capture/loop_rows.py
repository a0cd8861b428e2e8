"""Which rows lead to a query: those that a loop around it binds, or whose column holds what it asks by."""

from __future__ import annotations

from typing import Any

from django_querywatch.capture import roles
from django_querywatch.capture.conditions import exact_beyond_relation, filter_values
from django_querywatch.capture.keys import (
    asks_by_lookups,
    lookups_of_row,
    may_be_key_of,
    models_asked,
    models_asked_by_key,
)
from django_querywatch.capture.lineage import Node, Root, node_of
from django_querywatch.capture.looking import is_a, is_key, keys_among, own_attributes
from django_querywatch.capture.querysets import row_key
from django_querywatch.capture.sighting import Sighting
from django_querywatch.capture.sources import Sources
from django_querywatch.capture.walk import Walk


def see_loop(sighting: Sighting, params: Any, sources: Sources) -> None:
    """Find out whose rows the loops around a query go over, and whether it asks by a value of theirs."""
    walk = sighting.walk
    if not walk.carriers and not walk.has_loop:
        return
    for row in walk.carriers:
        node = node_of(row)
        if node is None or not node.is_many:
            continue
        if sighting.node is not None:
            if node.root is sighting.node.root:
                sighting.has_row_loop = True
                sighting.loop_node = node
                break
            continue
        sighting.carrier, sighting.carrier_key = node, row_key(row)
        sighting.has_row_loop = True
        if _asks_one_object_for_the_rows(sighting, row):
            sighting.relation = sighting.single = None
        if sighting.relation is None:
            query = getattr(walk.queryset, "query", None)
            sighting.row_lookups, sighting.filter_values = lookups_of_row(query, row), filter_values(query)
            sighting.is_proven_carrier = _leads_to(row, node, walk, params)
        break
    if sighting.node is None and sighting.carrier is None and walk.has_loop and not sighting.is_many_keyed:
        sighting.columns = _columns(walk, params, sources)
    if sighting.relation is not None and not sighting.has_row_loop:
        sighting.has_row_loop = any(row is sighting.relation.instance for row in walk.carriers)
    if sighting.node is not None and not sighting.has_row_loop and walk.loop_sites:
        _drop_outer_loops(walk, sighting.node.root)


def _asks_one_object_for_the_rows(sighting: Sighting, row: Any) -> bool:
    """Whether a relation of one object is asked for what belongs to the loop's row: `user.likes.filter(post=post)`.

    Nothing that is fetched with the object answers that for all rows; a query for the rows does.
    """
    relation, note = sighting.relation, sighting.note
    if relation is None or not relation.is_to_many or relation.instance is row:
        return False
    if note is None or note.manager is None:
        return False
    given = exact_beyond_relation(note.manager, sighting.walk.queryset.query)
    return any(
        exact.rhs == value and may_be_key_of(type(row), name, models_asked(exact))
        for exact in given
        for name, value in own_attributes(row).items()
        if is_key(value)
    )


def _leads_to(row: Any, node: Node, walk: Walk, params: Any) -> bool:
    """Whether a query asks by a value of the row, and not by the same number as the key of something else."""
    query, asked = getattr(walk.queryset, "query", None), _asked(walk, params)
    models = models_asked_by_key(query)
    return _proves_something(query, node) and any(
        is_key(value) and value in asked and may_be_key_of(type(row), name, models)
        for name, value in own_attributes(row).items()
    )


def _columns(walk: Walk, params: Any, sources: Sources) -> list[tuple[tuple[Node, Any], Any]]:
    """Columns that hold a parameter, without keys of other models than the query asks for."""
    columns = [(column, value) for value in _asked(walk, params) for column in sources.columns_of(value)]
    if not columns:
        return []
    query = getattr(walk.queryset, "query", None)
    models = models_asked_by_key(query)
    return [
        ((node, name), value)
        for (node, name), value in columns
        if may_be_key_of(node.root.model, name, models)
        and _proves_something(query, node)
        and (node.rows > 1 or _is_bound(value, walk.bound))
    ]


def _proves_something(query: Any, node: Node) -> bool:
    """The only row there is has many a value that somebody else asks by, deep in a subquery."""
    return node.rows > 1 or asks_by_lookups(query)


def _is_bound(asked: Any, bound: list[Any]) -> bool:
    """Whether what a loop binds is the asked value, or holds it.

    The only row of a queryset has its value asked by in a loop over something else, too: each part of a path asks for
    a child of the one before, and attempts until a code is free ask with the same condition each time.
    """
    return any(value == asked for one in bound for value in keys_among(_held(one)))


def _held(value: Any) -> Any:
    """The values in what a loop binds, shallowly."""
    if is_key(value):
        return [value]
    return value if is_a(value, (dict, list, tuple)) else own_attributes(value)


def _drop_outer_loops(walk: Walk, root: Root) -> None:
    """Forget a loop that evaluates the root queryset anew in each round: it does not go over its rows."""
    for site in walk.loop_sites:
        loops = [loop for loop in site.loops if not loop.is_fixed]
        evaluations = [other.start for other in root.stack if getattr(other, "facts", None) is site.facts]
        if any(start not in loop.body for start in evaluations or [-1] for loop in loops):
            return
    walk.has_loop = False


def _asked(walk: Walk, params: Any) -> list[Any]:
    """The parameters by which a row may lead to the query; those of a queryset without conditions choose no rows."""
    where = getattr(getattr(walk.queryset, "query", None), "where", None)
    if where is not None and not where.children and walk.method not in roles.WRITE_METHODS:
        return []
    return keys_among(params)
