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
        "bound",
        "carriers",
        "crossed",
        "declaring",
        "fallback",
        "given",
        "has_loop",
        "is_batch",
        "is_cache_fill",
        "is_choices",
        "is_frameworks_own",
        "is_lazy",
        "is_related_field",
        "is_search",
        "is_set_up",
        "is_unchunked",
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
        "serializer",
        "site",
        "site_depth",
        "site_frame",
        "site_node",
        "spans_requests",
        "unfiled_site",
        "view",
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
        self.unfiled_site: Any = None
        """The innermost node of a template that was compiled from a string."""
        self.view: Any = None
        """The class of the view that the query ran in, or the function."""
        self.library_site: Any = None
        self.relation: Relation | None = None
        self.manager_relation: Relation | None = None
        self.queryset: Any = None
        self.is_unchunked = False
        """Rows are taken by an `iterator()` without a `chunk_size`."""
        self.method = ""
        """The outermost ORM method below the call site."""
        self.reads_prefetched = False
        """A framework's function asks, which would rather take what was prefetched."""
        self.serialized: Any = None
        """The row whose field a schema reads."""
        self.serializer: tuple[Any, str] = (None, "")
        """The outermost serializer of REST framework's so far, and the name of its method."""
        self.given: Any = {}
        """The local names of the call that writes: its arguments."""
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
        self.is_choices = False
        """A form's field asks for what can be chosen."""
        self.is_lazy = False
        """A lazy value asks for itself: the call that woke it, a write say, is not what the query is for."""
        self.has_loop = False
        self.is_search = False
        """A loop on the way goes on until this query's answer ends it."""
        self.leaves_early = False
        """A loop on the way may end before its items do, or fills a cache: one round proves nothing."""
        self.carriers: list[Any] = []
        """Model instances that the loops on the way bind, innermost first."""
        self.bound: list[Any] = []
        """What loops of the project over data bind, and what tasks that it gathers are called with."""
        self.loop_sites: list[Site] = []
        self.is_frameworks_own = False
        """No line of the project asked: a framework's view did, for itself."""
        self.is_related_field = False
        """A serializer's field looks for the object that it was given the key of."""
        self.declaring: Any = None
        """The serializer's class that declares that field."""
        self.is_set_up = False
        """A connection is being set up: nobody asked."""
        self.crossed = False
        """A framework's entry to the project's code lies below: frames above it only passed the call on."""
        self.below: Any = None
        """The project frame met just before, for calls that iterate in C."""

    @property
    def seeks_call(self) -> bool:
        """Whether the frames of the ORM that come next still belong to the call that the query is for."""
        return self.site is None and not self.is_lazy

    @property
    def place(self) -> Any:
        """The site to blame: a line, else a class or a view, else the library's own template."""
        return self.site or self.fallback or self.library_site

    @property
    def asker(self) -> Any:
        """What tells one read from another on one line: the site to blame may stand for a whole template."""
        return self.unfiled_site or self.place
