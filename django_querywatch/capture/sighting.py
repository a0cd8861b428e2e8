"""One query, understood: what `sightings` finds out about it, and `buckets` adds up."""

from __future__ import annotations

from typing import Any, Literal

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.lineage import Node, Note
from django_querywatch.capture.walk import Walk
from django_querywatch.capture.written import Written


class Evaluation:
    """A queryset that is about to bring instances, and the node they will get."""

    __slots__ = ("has_instances", "node", "queryset")

    def __init__(self, queryset: Any, iterable: Any) -> None:
        self.queryset = queryset
        self.has_instances = "Model" in type(iterable).__name__
        """False for `values()` and the like, whose rows cannot carry a pointer."""
        self.node: Node | None = None


class Sighting:
    """One query, understood: the key of its family, and what its bucket adds up."""

    __slots__ = (
        "arity",
        "carrier",
        "carrier_key",
        "columns",
        "family_key",
        "filter_values",
        "follows",
        "has_row_loop",
        "is_exempt",
        "is_many_keyed",
        "is_proven_carrier",
        "kind",
        "listed",
        "loop_node",
        "names_key",
        "names_several_rows",
        "node",
        "note",
        "parent_key",
        "relation",
        "row_lookups",
        "single",
        "sites_key",
        "stack_key",
        "takes_what_is_left",
        "walk",
        "written",
    )

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.kind: Literal["edge", "write", "sql"] = "sql"
        self.family_key: Any = None
        self.relation: Relation | None = None
        self.node: Node | None = None
        self.note: Note | None = None
        """Taken when the queryset was built: all its clones share it."""
        self.single: Node | None = None
        self.parent_key: Any = None
        self.carrier: Node | None = None
        self.carrier_key: Any = None
        """Tells the row of the carrier that the loop binds from the others."""
        self.loop_node: Node | None = None
        """The node of the row, on the lineage's way, that the innermost loop binds."""
        self.columns: list[tuple[tuple[Node, Any], Any]] = []
        """Columns of remembered rows that hold a parameter, with the parameter."""
        self.is_proven_carrier = False
        self.filter_values: frozenset[tuple[str, int]] = frozenset()
        """What a loop over rows asks by, with hashes of the values."""
        self.row_lookups: frozenset[str] = frozenset()
        """The lookups that compare with the key of the row that the loop binds."""
        self.has_row_loop = False
        self.follows: Any = None
        """The key of the family that this query's prefetch belongs to."""
        self.sites_key = self.names_key = self.stack_key = 0
        self.arity = 1
        """Keys or rows that it asks for."""
        self.is_many_keyed = False
        """It asks for a list of keys or a page of rows: a batch, unless a loop over rows is around it."""
        self.listed: frozenset[int] = frozenset()
        """Hashes of the first keys of a list in a loop."""
        self.names_several_rows = self.takes_what_is_left = False
        """Of a list in a loop: its keys are of several rows of one queryset; its length is no matter of rows."""
        self.written: Written | None = None
        self.is_exempt = (walk.is_batch and walk.method not in ("add", "set")) or walk.is_cache_fill
