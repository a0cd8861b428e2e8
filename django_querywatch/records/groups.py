"""What capture hands to analysis: the queries of a recording, grouped by their causes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from django_querywatch.records.bulk import Bulk
from django_querywatch.records.frames import Frame
from django_querywatch.records.relations import Asked, Eager, Lineage, RelationAccess

_NO_BULK = Bulk()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackGroup:
    """The queries of one group that came by one stack."""

    count: int
    duration: float
    longest: float = 0.0
    place: Frame | None = None
    source: str | None = None
    has_line: bool = True
    """A line of the project asked, its templates included; False where only a framework's view did."""
    is_foreign: bool = False
    """A library built the query for itself: no change of the project's querysets would serve it."""
    is_frameworks: bool = False
    """An application of Django's, or its forms, asked or wrote for itself, whatever line called them."""
    is_related_field: bool = False
    """A serializer's field looks for the object that it was given the key of."""
    built: Frame | None = None
    """Where the queryset of the queries is built."""
    lookups: tuple[str, ...] = ()
    """Of a write: what its first query asks by."""
    row_lookups: tuple[str, ...] = ()
    """Lookups whose value was, in every round, the key of the row that the loop around goes over."""
    steady_lookups: tuple[str, ...] = ()
    """Lookups whose value was the same in every round."""
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
    writes_one: bool = False
    """All writes are for one row."""
    writes_next: bool = False
    """They are for rows that one question found, asked again each time: the next job of a queue."""
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
    source_row: int | None = None
    """Tells the row that the loop went over at the first query from others."""
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
    """How the relation or queryset was asked: all, filter, values, choices, count, exists, first, get, save ..."""
    lookup: tuple[str, ...] = ()
    """Lookups by which the query compares a field with a value."""
    asked: Asked = field(default_factory=Asked)
    """What the query asks; of a relation: beyond it."""
    is_steady: bool = True
    """The conditions of a relation had the same values in all queries."""
    model: str | None = None
    """Label of the model that is queried or written."""
    is_prefetch_bypassed: bool = False
    """The relation was prefetched, and this query does not use it."""
    is_iterator: bool = False
    """It was asked by `iterator()`, which passes by what was prefetched."""
    models_led_to: int = 1
    """Of a generic key: how many models its rows led to."""
    eager: Eager = field(default_factory=Eager)
    """For a to-many relation: what the queryset itself loads eagerly."""
    loaded: tuple[str, ...] = ()
    """For a deferred field: the fields that its row had loaded, the primary key aside."""
    aggregates: tuple[tuple[str, str, str], ...] = ()
    """For `aggregate()`: alias, function and field of each."""
    bulk: Bulk = _NO_BULK
    """What a call for many rows at once has to keep of these."""
    is_by_key: bool = False
    """A write of one object, or one that chooses its row by nothing but the primary key."""
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


COLUMN_CALLS = ("defer", "only")
"""Calls by which a column is left out, or loaded."""
ENOUGH_LOADINGS = 3
ENOUGH_UNITS = 2
"""Requests or tests: fewer loadings, or one unit alone, prove nothing of what is never read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EagerLoading:
    """A relation that a line of the source loads eagerly, or a large column, and whether anybody read it."""

    model: str
    path: str
    call: str
    """select_related or prefetch_related; of a column only, which loads it, or defer, which would not."""
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
