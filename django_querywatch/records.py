"""The nouns: frozen values that capture hands to analysis and analysis to reporters. No I/O, no Django."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["n_plus_one", "n_plus_one_write", "potential_n_plus_one", "duplicate", "slow_query"]
Certainty = Literal["certain", "likely"]

N_PLUS_ONE_KINDS: tuple[Kind, ...] = ("n_plus_one", "n_plus_one_write")
"""The kinds that are an N+1 beyond doubt of rows: what tests fail for by default."""

KINDS: tuple[Kind, ...] = (*N_PLUS_ONE_KINDS, "potential_n_plus_one", "duplicate", "slow_query")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A place in source code, template lines included."""

    file: str
    """Absolute path."""
    line: int
    function: str | None = None
    """Name of the function or class; None in a template."""

    def __str__(self) -> str:
        place = f"{short_path(self.file)}:{self.line}"
        return f"{place} in {self.function}" if self.function else place


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One cause, with its evidence and, where it is proven, its fix."""

    kind: Kind
    certainty: Certainty
    count: int
    """Queries of this cause; the query for the parents is not counted."""
    avoidable: int
    """Queries that the fix would save."""
    duration: float
    """Seconds spent in these queries."""
    alias: str
    sql: str
    """One of its statements in fingerprint form, or as sent when parameters may be shown."""
    fingerprint: str
    id: str
    """Stable name of the cause: no line number, count or absolute path goes into it."""
    model: str | None = None
    """Label of the model that owns the relation: ``shop.Order``."""
    field: str | None = None
    """Accessor as lookups write it: ``user``, ``order_set``."""
    path: str | None = None
    """Relation path from the root queryset: ``items__product``."""
    root_model: str | None = None
    """Label of the root queryset's model."""
    location: Frame | None = None
    """The worst culprit line."""
    locations: tuple[Frame, ...] = ()
    origin: Frame | None = None
    """Where the root queryset is built, or the class attribute that holds it."""
    suggestion: str | None = None
    """The bare call, such as ``select_related("user")``; None where no fix is proven."""
    advice: str | None = None
    """What else the reader should know, in words: a caveat, or what to do when no call cures it."""
    operation: str = "SELECT"
    tables: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    """Samples of bound values; empty unless ``SHOW_PARAMS``."""
    timeline: tuple[tuple[float, float], ...] = ()
    """Start (seconds since the recording began) and duration of the first queries, capped."""
    source: str | None = None
    """The culprit's source line, stripped."""
    also: tuple[str, ...] = ()
    """Other relations on the path that the same fix cures: ``shop.Book.author``."""

    @property
    def queries_before(self) -> int:
        """Queries of the cause, and its parent query where there is one: where a relation path leads from it."""
        has_parent = None not in (self.path, self.root_model) and self.kind not in ("duplicate", "slow_query")
        return self.count + has_parent

    @property
    def queries_after(self) -> int:
        return self.queries_before - self.avoidable

    def __str__(self) -> str:
        from django_querywatch.reporters.text import render_finding

        return render_finding(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings and totals of one recording, findings worst first."""

    findings: tuple[Finding, ...] = ()
    query_count: int = 0
    duration: float = 0.0
    """Seconds spent in queries."""
    elapsed: float = 0.0
    """Seconds from the recording's start to its end."""
    avoidable: int = 0
    """Queries that the fixes together would save."""
    truncated: bool = False
    """A cap was reached: totals are exact, queries beyond the cap were only counted."""
    failed: bool = False
    """The tool itself failed during this recording; the findings may be incomplete."""
    name: str = ""
    """What was recorded: ``GET /orders/``, a task's or a test's name."""
    route: str | None = None
    url_name: str | None = None
    view: str | None = None
    """Dotted path of the view."""
    ignored: int = 0
    """Findings left out by an ignore."""

    def of_kind(self, *kinds: Kind) -> tuple[Finding, ...]:
        """The findings of these kinds, in order."""
        return tuple(finding for finding in self.findings if finding.kind in kinds)

    def __str__(self) -> str:
        from django_querywatch.reporters.text import render_report

        return render_report(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings as a value; ``conf.get_config()`` builds it from ``settings.QUERYWATCH``."""

    enabled: bool = False
    threshold: int | None = None
    """Repetitions that make an N+1; None: 2 where there is loop evidence, else 3."""
    slow_ms: float | None = None
    ignore: tuple[Mapping[str, str], ...] = ()
    reporters: tuple[str, ...] = ("django_querywatch.reporters.log.report",)
    project_packages: tuple[str, ...] = ()
    show_params: bool = False
    sample_rate: float | Mapping[str, float] = 1.0
    """Share of requests to watch; or shares by globs of their paths, the first that fits."""
    editor_url: str | None = None
    path_map: Mapping[str, str] = field(default_factory=dict)


def short_path(file: str) -> str:
    """Relative to the working directory where the file lies below it, so that terminals make it clickable."""
    relative = os.path.relpath(file) if Path(file).is_absolute() else file
    return file if relative.startswith("..") else relative
