"""What is known of relations: how they were asked, and how the rows were found whose relation it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django_querywatch.records.frames import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationAccess:
    """The relation by which the ORM was led to query."""

    kind: str
    """forward, parent_link, reverse_one_to_one, deferred, generic, library, reverse, many_to_many or
    generic_relation."""
    model: str
    field: str
    target: str | None = None
    """Label of the model on the other side."""
    remote_name: str | None = None
    """The way back, as a filter on the target writes it; None where no filter can."""
    query_name: str = ""
    """The relation as a join, a filter and an aggregate write it: ``order`` for the accessor ``order_set``."""
    key_name: str = "pk"
    """The field of the model that the other side refers to."""
    manager: str = "objects"
    """The manager of the target that the relation asks."""

    hides_rows: bool = False
    """To one object: the base manager of the target may leave rows out, which a join would bring."""

    @property
    def rows(self) -> str:
        """All rows of the other side, as the source writes them: ``Order.objects``."""
        return f"{(self.target or '').rpartition('.')[2]}.{self.manager}"

    @property
    def is_to_many(self) -> bool:
        return self.kind in ("reverse", "many_to_many", "generic_relation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a queryset asks beyond its relation."""

    filters: tuple[str, ...] = ()
    """Conditions as `filter()` writes them, those of the default manager first: ``stars__gte``."""
    has_own: bool = False
    """There are conditions besides those of the default manager."""
    is_all_told: bool = True
    """False where it asks more than these fields can say."""
    is_reshaped: bool = False
    """It asks for other things than the rows of the relation that its conditions choose: it is distinct, annotated."""
    is_sent: bool = False
    """It is sent to another database than its object's, by name."""
    ordering: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eager:
    """What a queryset loads eagerly."""

    joined: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()
    is_told: bool = True
    """False where it loads more than plain paths, such as a `Prefetch` with a queryset of its own."""
    joins_all: bool = False
    """A `select_related()` without names."""

    @property
    def paths(self) -> tuple[str, ...]:
        return (*self.joined, *self.prefetched)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where instances came from: a root queryset and a relation path."""

    root_model: str
    root_manager: str = "objects"
    """The manager that the root begins with."""
    path: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """The path as a join, a filter and an aggregate write it."""
    to_many: tuple[bool, ...] = ()
    """For each hop, whether no join can follow it: to many rows, a generic key, a `to_attr`, rows that are hidden."""
    rows: int = 0
    """Instances that came this way."""
    origin: Frame | None = None
    origin_source: str | None = None
    origin_kind: Literal["code", "template", "class", "none"] = "code"
    is_inner: bool = False
    """A library built the root, while it evaluated the queryset that the line of its origin builds."""
    is_admin: bool = False
    """The own `get_queryset()` of a ModelAdmin or an inline built it."""
    is_admin_list: bool = False
    """It did so for the list page: `list_select_related` is its option."""
    joined: tuple[str, ...] = ()
    """Paths that the root joins already."""
    is_plain_relation: bool = True
    """Of a root that is a relation of a single object: nothing was filtered."""
    is_plain: bool = True
    """False where a hop was filtered by hand, so that no lookup names it."""
    is_recursive: bool = False
    """A hop of the path leads to rows of which the same is asked in turn."""
    walked: tuple[str, ...] = ()
    """Relations of these rows by which a tree is walked."""
    alias: str | None = None
    """The database that the root's rows came from."""
    is_raw: bool = False
    is_combined: bool = False
    """The root is a union or the like."""
    is_unchunked: bool = False
    """The root goes through its rows by an `iterator()` without a `chunk_size`, which takes no prefetch."""
    is_for_update: bool = False
    is_multiplied: bool = False
    """Its joins or aggregates make other groups than one of each row: a further aggregate would count others."""
    taken: frozenset[str] = frozenset()
    """Names that an annotation of the root cannot have: fields, attributes and other annotations."""
    only: tuple[str, ...] = ()
    """Field names of the root's `only()`."""
    defer: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()
    """Paths of the root's `prefetch_related()`."""
    generic_hops: int = 0
    """Where a generic key on the path led to several models: hops up to it and with it."""
    models_behind: tuple[str, ...] = ()
    """Those of these models that have the relation of the hop after it, or all where it is the last."""
    managers_behind: tuple[str, ...] = ()
    """The names of their default managers."""
    parent: Lineage | None = None
    """For a to-many relation of a single object: how that object was found."""
    parent_field: str | None = None
    parent_name: str | None = None
    """The same as a join writes it."""

    def joined_to(self, access: RelationAccess) -> str:
        """The path to a relation of these rows, as a join, a filter and an aggregate write it."""
        return "__".join((*(self.names or self.path), access.query_name or access.field))
