"""From a walk to a sighting: which cause a query belongs to, and which rows it brings."""

from __future__ import annotations

from itertools import islice
from typing import Any, Literal

from django_querywatch.capture import roles
from django_querywatch.capture.attribution import Relation, relation_of_manager
from django_querywatch.capture.lineage import Node, Note, Root, node_of, note_of
from django_querywatch.capture.looking import is_a, is_key, own_attributes
from django_querywatch.capture.querysets import (
    is_plain_relation,
    may_have_many_rows,
    primary_key,
    query_facts,
)
from django_querywatch.capture.sites import TemplateSite
from django_querywatch.capture.sources import Sources
from django_querywatch.capture.walk import Walk
from django_querywatch.fingerprint import Fingerprint


class Evaluation:
    """A queryset that is about to bring instances, and the node they will get."""

    __slots__ = ("has_instances", "node", "queryset")

    def __init__(self, queryset: Any, iterable: Any) -> None:
        self.queryset = queryset
        self.has_instances = "Model" in type(iterable).__name__
        """False for `values()` and the like, whose rows cannot carry a pointer."""
        self.node: Node | None = None


_CATALOGUES = ("sqlite_", "pg_", "information_schema")
"""Tables of the database itself: what asks them is not the application's."""


class Sighting:
    """One query, understood: the key of its family, and what its bucket adds up."""

    __slots__ = (
        "carrier",
        "columns",
        "family_key",
        "follows",
        "has_row_loop",
        "is_exempt",
        "is_many_keyed",
        "is_proven_carrier",
        "kind",
        "loop_node",
        "names_key",
        "node",
        "note",
        "parent_key",
        "relation",
        "single",
        "sites_key",
        "stack_key",
        "walk",
    )

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.kind: Literal["edge", "write", "sql"] = "sql"
        self.family_key: Any = None
        self.relation: Relation | None = None
        self.node: Node | None = None
        self.note: Note | None = None
        """Taken when the queryset was built: all its clones share it."""
        self.single: Node | None = None
        self.parent_key: Any = None
        self.carrier: Node | None = None
        self.loop_node: Node | None = None
        """The node of the row, on the lineage's way, that the innermost loop binds."""
        self.columns: list[tuple[tuple[Node, Any], Any]] = []
        """Columns of remembered rows that hold a parameter, with the parameter."""
        self.is_proven_carrier = False
        self.has_row_loop = False
        self.follows: Any = None
        """The key of the family that this query's prefetch belongs to."""
        self.sites_key = self.names_key = self.stack_key = 0
        self.is_many_keyed = False
        """It asks for a list of keys or a page of rows: a batch, unless a loop over rows is around it."""
        self.is_exempt = (walk.is_batch and walk.method not in ("add", "set")) or walk.is_cache_fill


def see(
    walk: Walk,
    evaluation: Evaluation | None,
    print_: Fingerprint,
    params: Any,
    sources: Sources,
) -> Sighting:
    """Understand a query from its walk, and name the node of the rows that it brings."""
    text, operation, tables = print_.text, print_.operation, print_.tables
    sighting = Sighting(walk)
    if walk.queryset is None and evaluation is not None:  # an asynchronous iterator has no queryset's frame
        walk.queryset, walk.method = evaluation.queryset, walk.method or "iterator"
    queryset = walk.queryset
    note = sighting.note = note_of(queryset)
    relation = walk.relation or walk.manager_relation
    if relation is None and note is not None and note.manager is not None:
        relation = relation_of_manager(note.manager)
    if walk.prefetched is not None:
        _see_prefetch(sighting, walk, evaluation)
    elif relation is not None:
        _see_relation(sighting, relation, note, evaluation)
    elif evaluation is not None and evaluation.node is None:
        evaluation.node = _root_node(walk, queryset, note)
    if evaluation is not None and walk.is_cache_fill:
        evaluation.node = None
    if tables and tables[0].startswith(_CATALOGUES):
        sighting.is_exempt = True
    sighting.is_many_keyed = _is_many_keyed(text, getattr(queryset, "query", None), walk.method)
    _see_loop(sighting, params, sources)
    _name_family(sighting, text, operation)
    return sighting


def _see_relation(
    sighting: Sighting, relation: Relation, note: Note | None, evaluation: Evaluation | None
) -> None:
    parent = node_of(relation.instance)
    sighting.relation = relation
    # Two copies of one row are two rows; an address may be used again when a row is gone.
    sighting.parent_key = (id(relation.instance), primary_key(relation.instance))
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
    root = Root(relation.target, note.site if note else sighting.walk.place, "model")
    root.facts = query_facts(sighting.walk.queryset, note)
    root.is_plain_relation = _is_plain(sighting.walk)
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
    if _is_recursion(parent, relation, walk.place):
        parent.root.is_recursive = True
        return parent
    node = parent.child(relation.name, relation.is_to_many)
    node.step_site = walk.place
    if relation.is_to_many and node.rows == 0:
        node.is_plain = parent.is_plain and _is_plain(walk)
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


def _is_plain(walk: Walk) -> bool:
    note = note_of(walk.queryset)
    if walk.method not in ("fetch_all", "iterator") or note is None or note.manager is None:
        return False
    return is_plain_relation(note.manager, walk.queryset.query)


def _see_prefetch(sighting: Sighting, walk: Walk, evaluation: Evaluation | None) -> None:
    first = walk.prefetched[0] if walk.prefetched else None
    parent = node_of(first)
    if walk.owner is not None and parent is not None:
        sighting.follows = parent.family
    if evaluation is not None and evaluation.node is None and parent is not None:
        name, is_to_many = walk.prefetch_step
        evaluation.node = parent.child(name, is_to_many)
        evaluation.node.family = parent.family


def _root_node(walk: Walk, queryset: Any, note: Note | None) -> Node:
    # What a library built has no line of the project: the class that it built it for, if any, is the place.
    site = (note.site or walk.fallback) if note is not None else walk.place
    root = Root(queryset.model, site, "raw" if not hasattr(queryset.query, "where") else "model")
    root.facts = query_facts(queryset, note)
    root.stack = tuple(walk.key)
    return Node(root, (), may_have_many_rows(queryset.query, walk.method, note is not None and note.is_page))


def _see_loop(sighting: Sighting, params: Any, sources: Sources) -> None:
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
        sighting.carrier = node
        sighting.has_row_loop = True
        values = list(filter(is_key, own_attributes(row).values()))
        sighting.is_proven_carrier = any(value in values for value in _asked(walk, params))
        break
    if sighting.node is None and sighting.carrier is None and walk.has_loop and not sighting.is_many_keyed:
        asked = _asked(walk, params)
        sighting.columns = [(column, value) for value in asked for column in sources.columns_of(value)]
    if sighting.relation is not None and not sighting.has_row_loop:
        sighting.has_row_loop = any(row is sighting.relation.instance for row in walk.carriers)
    if sighting.node is not None and not sighting.has_row_loop and walk.loop_sites:
        _drop_outer_loops(walk, sighting.node.root)


def _drop_outer_loops(walk: Walk, root: Root) -> None:
    """Forget a loop that evaluates the root queryset anew in each round: it does not go over its rows."""
    for site in walk.loop_sites:
        loops = [loop for loop in site.loops if not loop.is_fixed]
        evaluations = [other.start for other in root.stack if getattr(other, "facts", None) is site.facts]
        if any(start not in loop.body for start in evaluations or [-1] for loop in loops):
            return
    walk.has_loop = False


_TYPES_OF_JSON = " in (...) then json_type("
"""How Django compares a key of JSON on SQLite: a list, but not of keys that are asked for."""


def _is_many_keyed(text: str, query: Any, method: str) -> bool:
    if " offset " in text or text.count(" in (...)") > text.count(_TYPES_OF_JSON):
        return True
    high, low = getattr(query, "high_mark", None), getattr(query, "low_mark", 0)
    return high is not None and high - low > 1 and method in ("fetch_all", "iterator")


def _asked(walk: Walk, params: Any) -> list[Any]:
    """The parameters by which a row may lead to the query; those of a queryset without conditions choose no rows."""
    where = getattr(getattr(walk.queryset, "query", None), "where", None)
    if where is not None and not where.children and walk.method not in roles.WRITE_METHODS:
        return []
    values = params.values() if is_a(params, dict) else params or ()
    return list(islice(filter(is_key, values), 20))


def _name_family(sighting: Sighting, text: str, operation: str) -> None:
    walk, relation, node = sighting.walk, sighting.relation, sighting.node
    sighting.sites_key = hash(tuple(walk.key))
    sighting.names_key = hash(tuple(walk.names))
    # Objects found one by one in different places are no rows of one queryset.
    found_at = sighting.single.root.key if sighting.single is not None else None
    sighting.stack_key = hash((sighting.sites_key, sighting.names_key, tuple(walk.rounds), found_at))
    if operation in ("INSERT", "UPDATE", "DELETE") or walk.method in roles.WRITE_METHODS:
        sighting.kind = "write"
        what = walk.method if walk.method in roles.WRITE_METHODS else text
        # One call may write several tables; without a line of the project there is no one call.
        sighting.family_key = ("write", walk.site or (walk.place, text), what)
        # One call may send several statements by one stack: a cascade's, a parent table's.
        sighting.stack_key = hash((sighting.stack_key, text))
    elif relation is not None and node is not None:
        sighting.kind = "edge"
        shape = shape_of(walk, relation)
        own_text = text if relation.is_to_many and shape != "all" else None
        sighting.family_key = ("edge", node.root.key, node.path, relation.name, shape, own_text)
    else:
        sighting.family_key = ("sql", text)


def shape_of(walk: Walk, relation: Relation) -> str:
    """How a to-many relation was asked: all, filter, values, count, exists, first, aggregate, get, ..."""
    if not relation.is_to_many:
        return relation.kind
    if walk.method not in ("fetch_all", "iterator"):
        return walk.method
    if (
        getattr(walk.queryset.query, "values_select", ())
        or getattr(walk.queryset, "_fields", None) is not None
    ):
        return "values"
    return "all" if walk.reads_prefetched or _is_plain(walk) else "filter"
