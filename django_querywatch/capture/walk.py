"""What one walk up the stack of a query finds: references only; `Frame` values are made when a report is."""

from __future__ import annotations

from types import FrameType
from typing import Any

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.places import Site


class Walk:
    """What one walk found."""

    __slots__ = (
        "aggregated",
        "below",
        "carriers",
        "crossed",
        "fallback",
        "has_loop",
        "is_batch",
        "is_cache_fill",
        "is_frameworks_own",
        "key",
        "leaves_early",
        "library_site",
        "loop_sites",
        "manager_relation",
        "method",
        "names",
        "owner",
        "prefetch_step",
        "prefetched",
        "project_sites",
        "queryset",
        "reads_prefetched",
        "relation",
        "rounds",
        "saved",
        "serialized",
        "site",
        "site_depth",
        "site_frame",
        "site_node",
        "spans_requests",
    )

    def __init__(self, spans_requests: bool = False) -> None:
        self.spans_requests = spans_requests
        """Whether the recording may hold several requests, which their stacks must not be taken for one."""
        self.key: list[Any] = []
        """Sites, innermost first."""
        self.project_sites: list[Site] = []
        self.rounds: list[Any] = []
        """What tells the rounds of loops over literals apart."""
        self.names: list[Any] = []
        """What tells the rounds of a framework's loops over declared things apart: fields, validators, receivers."""
        self.site: Any = None
        """The innermost project frame or template node."""
        self.site_depth = -1
        """Frames from the query to that one, where the thread's own stack leads there."""
        self.site_frame: FrameType | None = None
        self.site_node: Any = None
        self.fallback: Any = None
        """A class or view of the project that the query ran for, where no line of the project is to blame."""
        self.library_site: Any = None
        self.relation: Relation | None = None
        self.manager_relation: Relation | None = None
        self.queryset: Any = None
        self.method = ""
        """The outermost ORM method below the call site."""
        self.reads_prefetched = False
        """A framework's function asks, which would rather take what was prefetched."""
        self.serialized: Any = None
        """The row whose field a schema reads."""
        self.saved: Any = None
        """The instance whose `save()` or `delete()` this is."""
        self.prefetched: Any = None
        """The instances that a prefetch runs for."""
        self.prefetch_step = ("", False)
        """Name under which that prefetch stores, and whether the relation is to-many."""
        self.owner: Any = None
        """The queryset whose evaluation that prefetch belongs to."""
        self.aggregated: list[Any] = []
        """Aliases and expressions of an `aggregate()`."""
        self.is_batch = False
        self.is_cache_fill = False
        self.has_loop = False
        self.leaves_early = False
        """A loop on the way may end before its items do, or fills a cache: one round proves nothing."""
        self.carriers: list[Any] = []
        """Model instances that the loops on the way bind, innermost first."""
        self.loop_sites: list[Site] = []
        self.is_frameworks_own = False
        """No line of the project asked: a framework's view did, for itself."""
        self.crossed = False
        """A framework's entry to the project's code lies below: frames above it only passed the call on."""
        self.below: Any = None
        """The project frame met just before, for calls that iterate in C."""

    @property
    def place(self) -> Any:
        """The site to blame: a line, else a class or a view, else the library's own template."""
        return self.site or self.fallback or self.library_site
