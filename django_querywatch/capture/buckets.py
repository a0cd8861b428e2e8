"""The queries of one cause that came by one stack: what is counted of them, and what each adds."""

from __future__ import annotations

from typing import Any, NamedTuple

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.conditions import lookup_names
from django_querywatch.capture.lineage import Node
from django_querywatch.capture.sighting import Sighting
from django_querywatch.capture.written import Written
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
    """What is asked whether it has rows, or how many."""

    model: Any


_CHECKING = ("count", "exists")


class Bucket:
    """The queries of one family that came by one stack."""

    __slots__ = (
        "arity",
        "carrier",
        "carrier_count",
        "carrier_key",
        "check",
        "columns",
        "count",
        "duration",
        "first_parent",
        "has_carrier_rows",
        "has_distinct_parents",
        "has_growing_list",
        "has_line",
        "has_loop",
        "has_row_loop",
        "is_exempt",
        "is_irregular",
        "is_many_keyed",
        "is_peers",
        "is_proven_carrier",
        "is_related_field",
        "key",
        "last_arity",
        "last_listed",
        "leaves_early",
        "longest",
        "lookups",
        "loop_node",
        "method",
        "names_several_rows",
        "node",
        "note",
        "parameters",
        "place",
        "row_lookups",
        "single",
        "steady",
        "writes_next",
        "writes_one",
        "written",
    )

    def __init__(self, sighting: Sighting) -> None:
        walk = sighting.walk
        self.place = walk.place
        self.has_line = walk.site is not None
        self.key = walk.key
        """Sites of the walk, innermost first."""
        self.count = 0
        self.duration = self.longest = 0.0
        self.arity = self.last_arity = 0
        self.is_many_keyed = sighting.is_many_keyed
        self.is_irregular = False
        """Lists of keys whose lengths are not those of batches: equal ones, and a shorter last."""
        self.names_several_rows = False
        """A list held keys of several rows of one queryset."""
        self.has_growing_list = False
        """One held all keys of the one before, and more: that is neither a chunk nor a level."""
        self.last_listed: frozenset[int] = frozenset()
        self.leaves_early = walk.leaves_early
        self.parameters: set[int] = set()
        self.lookups: tuple[str, ...] = ()
        if sighting.kind == "write":
            self.lookups = lookup_names(getattr(walk.queryset, "query", None))
        self.row_lookups: frozenset[str] = frozenset()
        """Those that compared with the key of the loop's row in every round."""
        self.steady: frozenset[tuple[str, int]] = frozenset()
        """Those whose value was the same in every round, with hashes of the values."""
        self.written = sighting.written
        """The row that the first write was for."""
        self.writes_one = self.written is not None
        """All writes so far were for that one."""
        self.writes_next = self.written is not None and self.written.question is not None
        """They were for what one question found, each time anew."""
        self.first_parent = sighting.parent_key
        self.has_distinct_parents = False
        self.loop_node = sighting.loop_node
        self.node: Node | None = sighting.node
        """The many-row node whose instances' relation is read."""
        self.single: Node | None = sighting.single
        """The node of the one object whose relation is read, where that object is no row of many."""
        self.carrier: Node | None = sighting.carrier
        """The many-row node whose rows the loop around a query goes over."""
        self.carrier_count = 0
        """Queries from the loop over that very set."""
        self.carrier_key = sighting.carrier_key
        """Of the first query: the row that the loop bound."""
        self.has_carrier_rows = False
        """The loop bound several of its rows."""
        self.columns: dict[Any, set[Any]] = {}
        self.is_proven_carrier = False
        """A parameter was a value of such a row."""
        self.has_loop = walk.has_loop
        self.has_row_loop = sighting.has_row_loop
        self.is_related_field = walk.is_related_field
        self.is_exempt = sighting.is_exempt
        self.is_peers = _tracks_peers(sighting.relation)
        self.method = walk.method
        self.note = sighting.note
        self.check: Asking | None = None
        if walk.method in _CHECKING:
            self.check = Asking(getattr(walk.queryset, "model", None))

    @property
    def has_evidence(self) -> bool:
        """Whether a loop is on the way: even one query may say something then."""
        return self.has_loop or self.has_row_loop

    @property
    def is_of_other_rows(self) -> bool:
        """Whether several values were asked by while the carrier stood at one row: another loop goes around it."""
        has_one_row = self.carrier_key is not None and not self.has_carrier_rows
        return has_one_row and len(self.parameters) > 1

    @property
    def is_of_several_rows(self) -> bool:
        """Whether its lists name several rows each, and others each time."""
        return self.names_several_rows and not self.has_growing_list

    @property
    def is_batch(self) -> bool:
        """Whether the rows that a loop goes over are gathered first: at least two of them for each query."""
        rows = self.carrier.rows if self.carrier is not None else 0
        return self.is_of_several_rows and 2 * self.carrier_count <= rows

    def add(self, sighting: Sighting, query: Query, value: int) -> None:
        """Count one query; `value` is the hash of what it asked."""
        self.count += 1
        self.duration += query.duration
        self.longest = max(self.longest, query.duration)
        self.names_several_rows = self.names_several_rows or sighting.names_several_rows
        if query.arity > self.last_arity > 0 and not sighting.takes_what_is_left:
            self.is_irregular = True
        self.last_arity = query.arity
        self.has_growing_list = self.has_growing_list or frozenset() < self.last_listed < sighting.listed
        self.last_listed = sighting.listed
        self.arity = max(self.arity, query.arity)
        self.is_exempt = self.is_exempt or sighting.is_exempt
        self.has_row_loop = self.has_row_loop or sighting.has_row_loop
        self.carrier = self.carrier or sighting.carrier
        self.carrier_count += self.carrier is not None and sighting.carrier is self.carrier
        if self.carrier_key is not None and sighting.carrier_key is not None:
            self.has_carrier_rows |= (
                sighting.carrier_key[1] != self.carrier_key[1]
            )  # copies of one row are one
        if self.count == 1:
            self.row_lookups, self.steady = sighting.row_lookups, sighting.filter_values
        else:
            self.row_lookups &= sighting.row_lookups
            self.steady &= sighting.filter_values
        if sighting.columns and self.carrier is None:
            self._match(sighting)
        self.is_proven_carrier = self.is_proven_carrier or sighting.is_proven_carrier
        if self.written != sighting.written:
            self._compare(sighting.written)
        if sighting.parent_key != self.first_parent:
            self.has_distinct_parents = True
        if len(self.parameters) < MOST_PARAMETERS:
            self.parameters.add(value)

    def _compare(self, written: Written | None) -> None:
        """Take in a write that is not for the same row, found in the same way, as the first."""
        first = self.written
        self.writes_one = (
            self.writes_one and written is not None and first is not None and written.row == first.row
        )
        self.writes_next = (
            self.writes_next
            and written is not None
            and first is not None
            and written.question == first.question
        )

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
