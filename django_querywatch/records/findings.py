"""What analysis hands to reporters: findings, and the report that holds them."""

from __future__ import annotations

from dataclasses import dataclass

from django_querywatch.records.frames import Frame
from django_querywatch.records.kinds import Certainty, Kind

_WITHOUT_PARENT = ("duplicate", "slow_query", "unread_column")
"""Kinds that no rows lead to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a view that is over its budget, and how often it ran."""

    count: int
    duration: float
    sql: str
    """In fingerprint form."""
    place: Frame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many queries a view may make, where that is said, and what they went for."""

    limit: int
    view: str
    """Dotted path of the view."""
    written: str
    """As it stands in the source: ``max_queries(10)``, or the key of the setting."""
    statements: tuple[Statement, ...] = ()
    """Those that ran most often, the most frequent first."""


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
    root_manager: str = "objects"
    """The model's manager that the root queryset begins with."""
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
    parent_queries: int = 1
    """Queries for the rows whose relation it is, where these have a queryset: each object may have had its own."""
    budget: Budget | None = None
    """What the queries of a view are over."""

    @property
    def queries_before(self) -> int:
        """Queries of the cause, and its parents' where there are any: where a relation path leads from these."""
        has_parent = None not in (self.path, self.root_model) and self.kind not in _WITHOUT_PARENT
        return self.count + self.parent_queries * has_parent

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
