"""From a walk to a sighting: which cause a query belongs to, and which rows it brings."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from django_querywatch.capture.attribution import Relation, relation_of_manager
from django_querywatch.capture.batches import see_batch, see_how_many
from django_querywatch.capture.conditions import relation_values
from django_querywatch.capture.families import asks_all, name_family
from django_querywatch.capture.library_managers import relation_of_library_manager
from django_querywatch.capture.lineage import Node, Note, Root, is_generic, node_of, note_of
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.loop_rows import see_loop
from django_querywatch.capture.parameters import value_of
from django_querywatch.capture.querysets import (
    may_have_many_rows,
    query_facts,
    row_key,
)
from django_querywatch.capture.sighting import Evaluation, Sighting
from django_querywatch.capture.sites import ClassSite, TemplateSite
from django_querywatch.capture.sources import Sources
from django_querywatch.capture.walk import Walk
from django_querywatch.capture.written import written_by
from django_querywatch.fingerprint import Fingerprint

_CATALOGUES = ("sqlite_", "pg_", "information_schema")
"""Tables of the database itself: what asks them is not the application's."""


def see(
    walk: Walk,
    evaluation: Evaluation | None,
    print_: Fingerprint,
    sql: str,
    params: Any,
    sources: Sources,
) -> Sighting:
    """Understand a query from its walk, and name the node of the rows that it brings."""
    text, operation, tables = print_.text, print_.operation, print_.tables
    sighting = Sighting(walk)
    sighting.arity = print_.arity
    if walk.queryset is None and evaluation is not None:  # an asynchronous iterator has no queryset's frame
        walk.queryset, walk.method = evaluation.queryset, walk.method or "iterator"
    queryset = walk.queryset
    note = note_of(queryset)
    if walk.declaring is not None and walk.declaring.is_project and not _has_line(note):
        note = Note(
            walk.declaring, None
        )  # each serializer copies its fields with their querysets, without a note
    sighting.note = note
    relation = walk.relation or walk.manager_relation
    if relation is None and note is not None and note.manager is not None:
        relation = relation_of_manager(note.manager)
    elif relation is None and note is not None and _is_of_rows(note.library_manager):
        relation = relation_of_library_manager(note.library_manager, walk, sql, params)
    if walk.prefetched is not None:
        _see_prefetch(sighting, walk, evaluation)
    elif relation is not None:
        _see_relation(sighting, relation, note, evaluation)
    elif evaluation is not None and evaluation.node is None:
        evaluation.node = _root_node(walk, queryset, note)
        if not evaluation.node.is_many:
            evaluation.node.root.question = value_of(sql, params)
    if evaluation is not None and walk.is_cache_fill:
        evaluation.node = None
    if (tables and tables[0].startswith(_CATALOGUES)) or _is_search(sighting):
        sighting.is_exempt = True
    see_how_many(sighting, getattr(queryset, "query", None), text, operation)
    if sighting.is_many_keyed and walk.has_loop:
        see_batch(sighting, params, sources)
    see_loop(sighting, params, sources)
    sighting.written = written_by(walk) if relation is None else None
    name_family(sighting, text, operation)
    return sighting


def _is_of_rows(library_manager: Any) -> bool:
    """Whether it is the relation of one of many rows: that of one object is a queryset like any other."""
    node = node_of(library_manager.instance) if library_manager is not None else None
    return node is not None and node.is_many


def _is_search(sighting: Sighting) -> bool:
    """Whether nothing but the query's own answer makes a loop ask it again."""
    walk = sighting.walk
    return walk.is_search and sighting.node is None and not (walk.has_loop or walk.carriers)


def _has_line(note: Note | None) -> bool:
    """Whether a line of the project built the queryset, and not a framework for one of its classes."""
    return note is not None and note.site is not None and not isinstance(note.site, ClassSite)


def _see_relation(
    sighting: Sighting, relation: Relation, note: Note | None, evaluation: Evaluation | None
) -> None:
    parent = node_of(relation.instance)
    sighting.relation = relation
    if relation.is_to_many and note is not None and note.manager is not None:
        sighting.filter_values = relation_values(note.manager, sighting.walk.queryset.query)
    sighting.parent_key = row_key(relation.instance)
    if parent is not None and parent.is_many:
        sighting.node = parent
    elif parent is not None:
        sighting.single = parent
        if relation.model is relation.target and parent.path[-1:] == (relation.name,):
            sighting.is_exempt = True  # a chain: parent of parent of parent
    if evaluation is None or evaluation.node is not None or relation.kind == "deferred":
        return
    if parent is not None and (parent.is_many or not relation.is_to_many):
        evaluation.node = _step(parent, sighting)
        return
    # Where a generic key leads to, only its query tells.
    root = Root(
        relation.target or sighting.walk.queryset.model, note.site if note else sighting.walk.place, "model"
    )
    root.facts = query_facts(sighting.walk, note)
    root.is_plain_relation = asks_all(sighting.walk)
    root.stack = tuple(sighting.walk.key)
    root.parent, root.relation_name = parent, relation.name
    evaluation.node = Node(
        root,
        (),
        relation.is_to_many and may_have_many_rows(sighting.walk.queryset.query, sighting.walk.method),
    )


def _step(parent: Node, sighting: Sighting) -> Node:
    relation, walk = sighting.relation, sighting.walk
    assert relation is not None
    if _is_recursion(parent, relation, walk.asker):
        parent.root.walked.add(_start_of_walk(parent.path))
        return parent
    if relation.kind == "generic":
        node = parent.generic_child(relation.name, walk.queryset.model)
    else:
        is_plain = not relation.is_to_many or asks_all(walk)
        node = parent.child(relation.name, relation.is_to_many, is_plain)
    node.step_site = walk.asker
    return node


def _is_recursion(parent: Node, relation: Relation, place: Any) -> bool:
    """Whether one place asks for one relation of what that same place asked for: a tree is being walked.

    A template's `{{ node.parent.parent }}` does so without recursion, twice.
    """
    path, name = parent.path, relation.name
    if not path:
        root = parent.root
        return root.parent is not None and root.relation_name == name and root.site == place
    if path[-1] != name or parent.step_site != place:
        return False
    return relation.is_to_many or not isinstance(place, TemplateSite) or path[-2:-1] == (name,)


def _start_of_walk(path: tuple[str, ...]) -> tuple[str, ...]:
    """The path to the first of the same hops at the end of one."""
    while path[-2:-1] == path[-1:] != ():
        path = path[:-1]
    return path


def _see_prefetch(sighting: Sighting, walk: Walk, evaluation: Evaluation | None) -> None:
    first = walk.prefetched[0] if walk.prefetched else None
    parent = node_of(first)
    if walk.owner is not None and parent is not None:
        sighting.follows = parent.family
    if evaluation is not None and evaluation.node is None and parent is not None:
        name, is_to_many = walk.prefetch_step
        if is_generic(type(first), name):
            evaluation.node = parent.generic_child(name, walk.queryset.model)
            if evaluation.node.behind is not None and len(walk.prefetched) >= parent.rows:
                evaluation.node.behind.is_prefetched = True
        else:
            evaluation.node = parent.child(name, is_to_many)
        evaluation.node.family = parent.family


def _root_node(walk: Walk, queryset: Any, note: Note | None) -> Node:
    # What a library built has no line of the project: the class that it built it for, if any, is the place.
    site = (note.site or walk.fallback) if note is not None else _place_without_note(walk, queryset)
    root = Root(queryset.model, site, "raw" if not hasattr(queryset.query, "where") else "model")
    root.facts = query_facts(walk, note)
    root.stack = tuple(walk.key)
    return Node(root, (), may_have_many_rows(queryset.query, walk.method, note is not None and note.is_page))


def _place_without_note(walk: Walk, queryset: Any) -> Any:
    """Where a queryset was built while nobody looked: in the class of the view that declares one like it, if any.

    The line that evaluates it is no such place, unless a descriptor built it there and then.
    """
    if getattr(queryset, "_hints", None):
        return walk.place
    declared: Any = getattr(walk.view, "queryset", None)
    if is_a(declared, QuerySet) and declared.model is queryset.model:
        site = ClassSite(walk.view, ("queryset",))
        return site if site.is_project else None
    return None
