"""Where an instance came from: the evaluation of a root queryset, and the relation path from there.

Every instance that is loaded while a recording is active carries one pointer to its `Node`, in its `_state`.
A node, and a note on a query, pickle and deep-copy to None through builtins, so that neither a cache nor a
process without this package is troubled by them. The wraps that set them are listed in `WRAPS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist

ATTRIBUTE = "_querywatch"
"""Name of the pointer, on a model's `_state` and on a query."""

_DEEPEST_JOIN = 5
"""Django's own limit for `select_related()` without names."""
_MOST_MODELS = 16


class Forgotten:
    """Base of what must vanish when a user's object is pickled or copied deeply."""

    __slots__ = ()

    def __reduce__(self) -> Any:
        return type(None), ()

    def __deepcopy__(self, memo: Any) -> None:
        return None


class Note(Forgotten):
    """On a query: where it was built, and the related manager that built it."""

    __slots__ = (
        "is_admin",
        "is_admin_list",
        "is_foreign",
        "is_inner",
        "is_page",
        "library_manager",
        "manager",
        "own_manager",
        "site",
    )

    def __init__(self, site: Any, manager: Any, is_foreign: bool = False) -> None:
        self.site = site
        self.manager = manager
        self.own_manager: Any = None
        """The manager of the model itself that made the queryset."""
        self.library_manager: Any = None
        """The related manager that built it, where a package made that and not Django."""
        self.is_foreign = is_foreign
        """A library built it for itself: no prefetch of the project's would serve it."""
        self.is_inner = False
        """A library built it, while another queryset was evaluated that a line of the project built."""
        self.is_admin = False
        """The own `get_queryset()` of a ModelAdmin or an inline built it."""
        self.is_admin_list = False
        """It did so for the list page."""
        self.is_page = False
        """A paginator cut it: one row is a page with one row."""

    def as_page(self) -> Note:
        """The same note on a page that a paginator cut."""
        page = Note(self.site, self.manager)
        for name in self.__slots__:
            setattr(page, name, getattr(self, name))
        page.is_page = True
        return page


class Root(Forgotten):
    """One evaluation of a queryset that no relation of another row explains."""

    __slots__ = (
        "alias",
        "facts",
        "is_plain_relation",
        "kind",
        "model",
        "parent",
        "question",
        "relation_name",
        "site",
        "stack",
        "walked",
    )

    def __init__(self, model: Any, site: Any, kind: str) -> None:
        self.model = model
        self.site = site
        """Where the queryset was built: an `Origin` of `stack`, or None."""
        self.kind = kind
        """model, raw or values."""
        self.alias: str | None = None
        """The database that the rows came from."""
        self.facts: dict[str, Any] = {}
        """What the advice needs to know of the queryset, which is gone by then."""
        self.walked: set[tuple[str, ...]] = set()
        """Paths on which a relation leads to rows whose own is asked for in turn: a tree is walked from there."""
        self.is_plain_relation = True
        """Of a root that is a relation of a single object: nothing was filtered."""
        self.stack: tuple[Any, ...] = ()
        """Sites on the stack when it was evaluated."""
        self.question: int | None = None
        """Of a query for one row: a hash of the statement and its values."""
        self.parent: Node | None = None
        """For a to-many relation of a single object: the node of that object."""
        self.relation_name: str | None = None

    @property
    def key(self) -> Any:
        """Equal for all evaluations of one queryset in the source; one line may build those of several models."""
        return self.site, self.model, self.kind


class Behind(Forgotten):
    """What a generic key on a path led to, shared by all nodes beyond it."""

    __slots__ = ("is_prefetched", "keys", "models", "outer", "rows")

    def __init__(self, keys: Node, rows: Node) -> None:
        self.keys = keys
        """The rows that have the key."""
        self.rows = rows
        """Those that it led to."""
        self.outer = keys.behind
        """What a generic key before it on the path led to."""
        self.models: list[Any] = []
        self.is_prefetched = False
        """All keys were followed by one prefetch."""

    @property
    def hops(self) -> int:
        """Of the path, up to the generic key and with it."""
        return len(self.rows.path)

    @property
    def is_of_one_model(self) -> bool:
        """Whether all keys are known to lead to one model: those that nobody followed may lead to others."""
        return len(self.models) == 1 and (self.is_prefetched or self.rows.rows >= self.keys.rows)

    def add(self, model: Any) -> None:
        if model not in self.models and len(self.models) < _MOST_MODELS:
            self.models.append(model)


class Node(Forgotten):
    """A set of instances: the rows of a root, or those reached from them by one relation path."""

    __slots__ = ("behind", "children", "family", "is_many", "is_plain", "path", "root", "rows", "step_site")

    def __init__(self, root: Root, path: tuple[str, ...], is_many: bool) -> None:
        self.root = root
        self.path = path
        self.is_many = is_many
        self.is_plain = True
        """False where a hop of the path was filtered or sliced by hand, so that no lookup names it."""
        self.behind: Behind | None = None
        """Where the path goes through a generic key: the last one."""
        self.rows = 0
        self.children: dict[tuple[str, bool], Node] | None = None
        self.step_site: Any = None
        """Where the last hop was asked for lazily."""
        self.family: Any = None
        """The key of the family whose query brought these rows."""

    def child(self, name: str, is_to_many: bool, is_plain: bool = True) -> Node:
        """The node of the rows that relation `name` leads to from these; those chosen by hand have their own."""
        if self.children is None:
            self.children = {}
        node = self.children.get((name, is_plain))
        if node is None:
            node = Node(self.root, (*self.path, name), self.is_many or is_to_many)
            self.children[name, is_plain] = node
            node.is_plain = self.is_plain and is_plain
            node.behind = self.behind
        return node

    def generic_child(self, name: str, model: Any) -> Node:
        """The node of the rows of one model among those that a generic key leads to."""
        node = self.child(name, is_to_many=False)
        if node.behind is self.behind:
            node.behind = Behind(self, node)
        assert node.behind is not None
        node.behind.add(model)
        return node


def mixed(node: Node) -> list[Behind]:
    """What generic keys on the path led to, where it was several models or may have been; the last one first."""
    behind, found = node.behind, []
    while behind is not None:
        if not behind.is_of_one_model:
            found.append(behind)
        behind = behind.outer
    return found


def is_generic(model: Any, name: str) -> bool:
    """Whether a field of the model is a relation to whatever model each row names."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:  # an accessor has another name than its field, which is never generic
        return False
    return bool(field.is_relation) and field.related_model is None


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
