"""Where an instance came from: the evaluation of a root queryset, and the relation path from there.

Every instance that is loaded while a recording is active carries one pointer to its `Node`, in its `_state`.
A node, and a note on a query, pickle and deep-copy to None through builtins, so that neither a cache nor a
process without this package is troubled by them. The wraps that set them are listed in `WRAPS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ATTRIBUTE = "_querywatch"
"""Name of the pointer, on a model's `_state` and on a query."""

_DEEPEST_JOIN = 5
"""Django's own limit for `select_related()` without names."""


class Forgotten:
    """Base of what must vanish when a user's object is pickled or copied deeply."""

    __slots__ = ()

    def __reduce__(self) -> Any:
        return type(None), ()

    def __deepcopy__(self, memo: Any) -> None:
        return None


class Note(Forgotten):
    """On a query: where it was built, and the related manager that built it."""

    __slots__ = ("is_admin_list", "is_foreign", "is_page", "manager", "site")

    def __init__(self, site: Any, manager: Any, is_foreign: bool = False, is_page: bool = False) -> None:
        self.site = site
        self.manager = manager
        self.is_foreign = is_foreign
        """A library built it for itself: no prefetch of the project's would serve it."""
        self.is_admin_list = False
        """A ModelAdmin's own `get_queryset()` built it."""
        self.is_page = is_page
        """A paginator cut it: one row is a page with one row."""


class Root(Forgotten):
    """One evaluation of a queryset that no relation of another row explains."""

    __slots__ = (
        "facts",
        "is_plain_relation",
        "is_recursive",
        "kind",
        "model",
        "parent",
        "relation_name",
        "site",
        "stack",
    )

    def __init__(self, model: Any, site: Any, kind: str) -> None:
        self.model = model
        self.site = site
        """Where the queryset was built: an `Origin` of `stack`, or None."""
        self.kind = kind
        """model, raw or values."""
        self.facts: dict[str, Any] = {}
        """What the advice needs to know of the queryset, which is gone by then."""
        self.is_recursive = False
        self.is_plain_relation = True
        """Of a root that is a relation of a single object: nothing was filtered."""
        self.stack: tuple[Any, ...] = ()
        """Sites on the stack when it was evaluated."""
        self.parent: Node | None = None
        """For a to-many relation of a single object: the node of that object."""
        self.relation_name: str | None = None

    @property
    def key(self) -> Any:
        """Equal for all evaluations of one queryset in the source."""
        return self.site if self.site is not None else (self.model, self.kind)


class Node(Forgotten):
    """A set of instances: the rows of a root, or those reached from them by one relation path."""

    __slots__ = ("children", "family", "is_many", "is_plain", "path", "root", "rows", "step_site")

    def __init__(self, root: Root, path: tuple[str, ...], is_many: bool) -> None:
        self.root = root
        self.path = path
        self.is_many = is_many
        self.is_plain = True
        """False where a hop of the path was filtered or sliced by hand, so that no lookup names it."""
        self.rows = 0
        self.children: dict[str, Node] | None = None
        self.step_site: Any = None
        """Where the last hop was asked for lazily."""
        self.family: Any = None
        """The key of the family whose query brought these rows."""

    def child(self, name: str, is_to_many: bool) -> Node:
        """The node of the rows that relation `name` leads to from these."""
        if self.children is None:
            self.children = {}
        node = self.children.get(name)
        if node is None:
            node = self.children[name] = Node(self.root, (*self.path, name), self.is_many or is_to_many)
            node.is_plain = self.is_plain
        return node


def node_of(instance: Any) -> Node | None:
    """The node of a model instance; None for one made by hand, copied, unpickled, or loaded unwatched."""
    return getattr(getattr(instance, "_state", None), ATTRIBUTE, None)


def note_of(queryset: Any) -> Note | None:
    """The note on a queryset's query, taken when it was built."""
    query = getattr(queryset, "query", None)
    return getattr(query, "__dict__", {}).get(ATTRIBUTE)


def mark(instances: list[Any], node: Node, joined: Any) -> None:
    """Point each instance to its node; `joined` is the query's `select_related`."""
    node.rows += len(instances)
    for instance in instances:
        instance._state._querywatch = node
    if joined:
        _mark_joined(instances, node, joined)


def _mark_joined(instances: list[Any], node: Node, joined: Any) -> None:
    model = type(instances[0])
    for name, deeper in _joined_names(model, joined):
        related = [other for one in instances if (other := one._state.fields_cache.get(name)) is not None]
        if related:
            mark(related, node.child(name, is_to_many=False), deeper)


def _joined_names(model: Any, joined: Any) -> Iterator[tuple[str, Any]]:
    """Where instances of a model keep what a `select_related` has joined; True stands for all keys, to a depth."""
    options = model._meta
    if isinstance(joined, dict):
        for name, deeper in joined.items():
            if name in options.fields_map or name in options._forward_fields_map:
                yield options.get_field(name).cache_name, deeper
        return
    depth = _DEEPEST_JOIN if joined is True else joined
    if depth:
        for field in options.fields:
            if field.remote_field and not field.null and not field.remote_field.parent_link:
                yield field.cache_name, depth - 1
