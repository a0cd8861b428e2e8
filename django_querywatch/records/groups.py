"""What capture hands to analysis: the queries of a recording, grouped by their causes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django_querywatch.records.frames import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationAccess:
    """The relation by which the ORM was led to query."""

    kind: str
    """forward, parent_link, reverse_one_to_one, deferred, generic, reverse, many_to_many or generic_relation."""
    model: str
    field: str
    target: str | None = None
    """Label of the model on the other side."""
    remote_name: str | None = None
    """The way back, as a filter on the target writes it."""
    query_name: str = ""
    """The relation as a filter and an aggregate write it: ``order`` for the accessor ``order_set``."""

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
    ordering: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where instances came from: a root queryset and a relation path."""

    root_model: str
    path: tuple[str, ...] = ()
    to_many: tuple[bool, ...] = ()
    """For each hop of the path, whether a join cannot follow it: to many rows, a generic key, a `to_attr`."""
    rows: int = 0
    """Instances that came this way."""
    origin: Frame | None = None
    origin_source: str | None = None
    origin_kind: Literal["code", "template", "class", "none"] = "code"
    is_admin_list: bool = False
    """A ModelAdmin's own `get_queryset()` built it: `list_select_related` is its option."""
    joined: tuple[str, ...] = ()
    """Paths that the root joins already."""
    is_plain_relation: bool = True
    """Of a root that is a relation of a single object: nothing was filtered."""
    is_plain: bool = True
    """False where a hop was filtered by hand, so that no lookup names it."""
    is_recursive: bool = False
    is_raw: bool = False
    is_combined: bool = False
    """The root is a union or the like."""
    is_for_update: bool = False
    only: tuple[str, ...] = ()
    """Field names of the root's `only()`."""
    defer: tuple[str, ...] = ()
    parent: Lineage | None = None
    """For a to-many relation of a single object: how that object was found."""
    parent_field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackGroup:
    """The queries of one group that came by one stack."""

    count: int
    duration: float
    longest: float = 0.0
    place: Frame | None = None
    source: str | None = None
    arity: int = 1
    """Most keys or rows that one query asked for."""
    is_many_keyed: bool = False
    """They ask for lists of keys or pages of rows: batches, unless a loop over rows is around them."""
    is_irregular: bool = False
    """Lists of keys whose lengths are not those of batches."""
    leaves_early: bool = False
    """The loop on the way may end before its items do, or fills a cache: one round proves nothing."""
    distinct_parameters: int = 0
    """Capped."""
    first_parent: int = 0
    """Hash of the first parent's key, to tell parents of different stacks apart."""
    has_distinct_parents: bool = False
    has_loop: bool = False
    """A loop of the project that is not over a literal is on the way."""
    has_row_loop: bool = False
    """A loop on the way binds a row of the same root, or the rows of `source`."""
    loop_rows: int = 0
    """Rows that the innermost loop over rows had to go over, where they lie on the lineage's way."""
    is_exempt: bool = False
    """A batch, a cache being filled, a chain of parents: never an N+1."""
    is_peers: bool = False
    """The parent fetches for all its peers at once (Django 6.1's FETCH_PEERS)."""
    lineage: Lineage | None = None
    """The many-row set whose instances' relation was read."""
    single: Lineage | None = None
    """How the one object was found whose relation was read."""
    source_rows: Lineage | None = None
    """The many-row set that the loop around the query goes over."""
    is_proven_source: bool = False
    """A parameter was a value of one of those rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryGroup:
    """The captured queries of one cause: a lineage edge, a write in the source, or a fingerprint."""

    key: int
    """Identity within the recording."""
    kind: Literal["edge", "write", "sql"]
    alias: str
    sql: str
    fingerprint: str
    operation: str
    tables: tuple[str, ...]
    stacks: tuple[StackGroup, ...]
    access: RelationAccess | None = None
    shape: str = ""
    """How the relation or queryset was asked: all, filter, values, count, exists, first, aggregate, get, save ..."""
    lookup: tuple[str, ...] = ()
    """Lookups by which the query compares a field with a value."""
    asked: Asked = Asked()
    """What the query asks; of a relation: beyond it."""
    model: str | None = None
    """Label of the model that is queried or written."""
    is_prefetch_bypassed: bool = False
    """The relation was prefetched, and this query does not use it."""
    eager: tuple[str, ...] = ()
    """For a to-many relation: the paths that the query itself joins or prefetches."""
    loaded: tuple[str, ...] = ()
    """For a deferred field: the fields that its row had loaded, the primary key aside."""
    has_line: bool = True
    """A line of the project asked, its templates included; False where only a framework's view did."""
    is_foreign: bool = False
    """A library built the query for itself: no change of the project's querysets would serve it."""
    built: Frame | None = None
    """Where the queryset of its queries is built."""
    aggregates: tuple[tuple[str, str, str], ...] = ()
    """For `aggregate()`: alias, function and field of each."""
    caveats: tuple[str, ...] = ()
    """What makes a bulk write differ: overrides_save, has_receivers, no_returned_keys."""
    followers: int = 0
    """Queries of prefetches that these queries brought along."""
    parameters: tuple[str, ...] = ()
    timeline: tuple[tuple[float, float], ...] = ()

    @property
    def count(self) -> int:
        return sum(stack.count for stack in self.stacks)

    @property
    def duration(self) -> float:
        return sum(stack.duration for stack in self.stacks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """One statement that ran several times with the same parameters."""

    group_key: int
    count: int
    duration: float
    places: tuple[Frame, ...] = ()


ENOUGH_LOADINGS = 3
ENOUGH_UNITS = 2
"""Requests or tests: fewer loadings, or one unit alone, prove nothing of what is never read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EagerLoading:
    """A relation that a line of the source loads eagerly, and whether anybody read it."""

    model: str
    path: str
    call: str
    """select_related or prefetch_related."""
    written: tuple[str, ...]
    """The lookups of the call that load it."""
    loadings: int
    """How often it was loaded, with objects behind it, until the last of them was gone."""
    units: int
    """Requests or tests that loaded it; beyond two they are not counted."""
    is_used: bool
    """Somebody read it, or may do so yet."""
    is_proven: bool
    """The source says where it is loaded, and nowhere that it is read."""
    origin: Frame
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck:
    """A check whether there are rows that costs more than it need."""

    group_key: int
    method: str
    """count or exists."""
    count: int
    duration: float
    saved: int
    """Checks right behind which the same rows were loaded."""
    alias: str
    sql: str
    fingerprint: str
    tables: tuple[str, ...]
    model: str | None
    written: str
    """The test in the source."""
    better: str
    """What to write there."""
    place: Frame
    source: str | None = None
    loaded_at: Frame | None = None
