"""The queries of one cause that came by one stack: what is counted of them, and what each adds."""

from __future__ import annotations

from typing import Any, NamedTuple

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.lineage import Node
from django_querywatch.capture.sightings import Sighting
from django_querywatch.fingerprint import Fingerprint

MOST_PARAMETERS = 16


class Query(NamedTuple):
    """One query, as the execute wrapper saw it."""

    alias: str
    sql: str
    fingerprint: Fingerprint
    arity: int
    params: Any
    start: float
    duration: float


class Asking(NamedTuple):
    """Who asks whether there are rows, or how many."""

    key: list[Any]
    """Sites of the walk, innermost first."""
    model: Any


_CHECKING = ("count", "exists")


class Bucket:
    """The queries of one family that came by one stack."""

    __slots__ = (
        "arity",
        "carrier",
        "check",
        "columns",
        "count",
        "duration",
        "first_parent",
        "has_distinct_parents",
        "has_loop",
        "has_row_loop",
        "is_exempt",
        "is_irregular",
        "is_many_keyed",
        "is_peers",
        "is_proven_carrier",
        "last_arity",
        "leaves_early",
        "longest",
        "loop_node",
        "method",
        "node",
        "note",
        "parameters",
        "place",
        "single",
    )

    def __init__(self, sighting: Sighting) -> None:
        walk = sighting.walk
        self.place = walk.place
        self.count = 0
        self.duration = self.longest = 0.0
        self.arity = self.last_arity = 0
        self.is_many_keyed = sighting.is_many_keyed
        self.is_irregular = False
        """Lists of keys whose lengths are not those of batches: equal ones, and a shorter last."""
        self.leaves_early = walk.leaves_early
        self.parameters: set[int] = set()
        self.first_parent = sighting.parent_key
        self.has_distinct_parents = False
        self.loop_node = sighting.loop_node
        self.node: Node | None = sighting.node
        """The many-row node whose instances' relation is read."""
        self.single: Node | None = sighting.single
        """The node of the one object whose relation is read, where that object is no row of many."""
        self.carrier: Node | None = sighting.carrier
        """The many-row node whose rows the loop around a query goes over."""
        self.columns: dict[Any, set[Any]] = {}
        self.is_proven_carrier = False
        """A parameter was a value of such a row."""
        self.has_loop = walk.has_loop
        self.has_row_loop = sighting.has_row_loop
        self.is_exempt = sighting.is_exempt
        self.is_peers = _tracks_peers(sighting.relation)
        self.method = walk.method
        self.note = sighting.note
        self.check: Asking | None = None
        if walk.method in _CHECKING:
            self.check = Asking(walk.key, getattr(walk.queryset, "model", None))

    @property
    def has_evidence(self) -> bool:
        """Whether a loop is on the way: even one query may say something then."""
        return self.has_loop or self.has_row_loop

    def add(self, sighting: Sighting, query: Query, value: int) -> None:
        """Count one query; `value` is the hash of what it asked."""
        self.count += 1
        self.duration += query.duration
        self.longest = max(self.longest, query.duration)
        self.is_irregular = self.is_irregular or query.arity > self.last_arity > 0
        self.last_arity = query.arity
        self.arity = max(self.arity, query.arity)
        self.is_exempt = self.is_exempt or sighting.is_exempt
        self.has_row_loop = self.has_row_loop or sighting.has_row_loop
        self.carrier = self.carrier or sighting.carrier
        if sighting.columns and self.carrier is None:
            self._match(sighting)
        self.is_proven_carrier = self.is_proven_carrier or sighting.is_proven_carrier
        if sighting.parent_key != self.first_parent:
            self.has_distinct_parents = True
        if len(self.parameters) < MOST_PARAMETERS:
            self.parameters.add(value)

    def _match(self, sighting: Sighting) -> None:
        """Follow the parameters to a column: two values of one column are no coincidence."""
        for column, value in sighting.columns:
            values = self.columns.setdefault(column, set())
            values.add(value)
            if len(values) > 1 or (column[0].rows == 1 and self.count == 1):
                self.carrier = column[0]
                self.has_row_loop = True
                self.is_proven_carrier = True
                return


def _tracks_peers(relation: Relation | None) -> bool:
    if relation is None or relation.is_to_many:
        return False
    state = getattr(relation.instance, "_state", None)
    return bool(getattr(getattr(state, "fetch_mode", None), "track_peers", False))
