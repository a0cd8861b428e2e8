"""The nouns: frozen values that capture hands to analysis and analysis to reporters. No I/O, no Django."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
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

    @property
    def queries_before(self) -> int:
        """Queries of the cause and its parent query."""
        return self.count + 1

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
    sample_rate: float = 1.0
    editor_url: str | None = None
    path_map: Mapping[str, str] = field(default_factory=dict)


def short_path(file: str) -> str:
    """Relative to the working directory where the file lies below it, so that terminals make it clickable."""
    relative = os.path.relpath(file) if os.path.isabs(file) else file
    return file if relative.startswith("..") else relative
