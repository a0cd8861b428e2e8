"""Whether queries are for batches: of a page, or of a list of keys that names rows which one queryset brought."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from django_querywatch.capture.conditions import asks_for_one, has_list, has_span
from django_querywatch.capture.keys import may_be_key_of, models_listed
from django_querywatch.capture.lineage import Node, node_of
from django_querywatch.capture.looking import is_a, keys_among
from django_querywatch.capture.places import Site
from django_querywatch.capture.sighting import Sighting
from django_querywatch.capture.sources import Column, Sources
from django_querywatch.capture.walk import Walk

_TYPES_OF_JSON = " in (...) then json_type("
"""How Django compares a key of JSON on SQLite: a list, but not of keys that are asked for."""


def see_how_many(sighting: Sighting, query: Any, text: str, operation: str) -> None:
    """Find out whether one row is asked for, or written, or several at once."""
    method = sighting.walk.method
    if asks_for_one(query):
        sighting.arity = 1
    elif operation in ("UPDATE", "DELETE"):
        is_listed = method in ("update", "delete") and (has_list(query) or has_span(query))
        sighting.is_many_keyed = is_listed or _is_limited(text)
    else:
        is_of_delete = method == "delete" and _is_limited(
            text
        )  # it loads what it deletes, and what belongs to that
        sighting.is_many_keyed = is_of_delete or _is_many_keyed(text, query, method) or has_span(query)


def _is_limited(text: str) -> bool:
    """Whether so many rows are written and no more: a limit before the last conditions is one of a value."""
    return " limit " in text.rpartition(" where ")[2]


def _is_many_keyed(text: str, query: Any, method: str) -> bool:
    if " offset " in text or text.count(" in (...)") > text.count(_TYPES_OF_JSON):
        return True
    high, low = getattr(query, "high_mark", None), getattr(query, "low_mark", 0)
    return high is not None and high - low > 1 and method in ("fetch_all", "iterator")


def see_batch(sighting: Sighting, params: Any, sources: Sources) -> None:
    """Find out whose keys a list in a loop holds, before it is asked whose rows the loop goes over."""
    walk = sighting.walk
    sighting.takes_what_is_left = _takes_what_is_left(walk)
    models, keys = _listed(getattr(walk.queryset, "query", None), params)
    sighting.listed = frozenset(map(hash, keys))
    sighting.names_several_rows = _name_several_rows(keys, models, sources)
    if sighting.names_several_rows or not has_list(getattr(walk.queryset, "query", None)):
        _drop_own_rows(walk)


def _listed(query: Any, params: Any) -> tuple[list[type[Model]] | None, set[Any]]:
    """The models whose keys a query lists, where that can be known, and the keys."""
    models, keys = models_listed(query) if query is not None else (None, params)
    return models, set(keys_among(keys))


def _name_several_rows(keys: set[Any], models: list[type[Model]] | None, sources: Sources) -> bool:
    """Whether two of the keys are values of one column: those of two rows that one queryset brought."""
    seen: set[Column] = set()
    for key in keys:
        columns = set(sources.columns_of(key))
        if any(may_be_key_of(node.root.model, name, models) for node, name in columns & seen):
            return True
        seen |= columns
    return False


def _drop_own_rows(walk: Walk) -> None:
    """Forget rows that this very stack brought, in the round before: a walk by pages or by levels goes on from them."""
    walk.carriers = [row for row in walk.carriers if not _is_brought_by(walk.key, node_of(row))]


def _is_brought_by(key: list[Any], node: Node | None) -> bool:
    stack = node.root.stack if node is not None else ()
    return len(stack) == len(key) and all(map(_are_same, stack, key))


def _are_same(one: Any, other: Any) -> bool:
    """Python compiles the test of a `while` twice: before the first round, and behind each.

    Before 3.13, what the parts of one comprehension go over have the same range of the source, too.
    """
    if one == other:
        return True
    if not (is_a(one, Site) and is_a(other, Site) and one.facts is other.facts):
        return False
    return one.positions == other.positions and not one.starts_iteration


def _takes_what_is_left(walk: Walk) -> bool:
    """Whether a `while` is on the way: how much its rounds take is no matter of rows."""
    return any(
        loop.iterable is None and not loop.is_fixed and site.start in loop.body
        for site in walk.loop_sites
        for loop in site.loops
    )
