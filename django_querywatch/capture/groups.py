"""The counts of one recording: families of queries with one cause, and in each a bucket per stack key.

Mutable and bounded while the recording runs; `values` makes frozen `QueryGroup`s of them for analysis.
"""

from __future__ import annotations

from array import array
from time import perf_counter
from typing import Any, Literal

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.buckets import Bucket, Query
from django_querywatch.capture.family_facts import family_facts
from django_querywatch.capture.parameters import value_of
from django_querywatch.capture.sighting import Sighting
from django_querywatch.fingerprint import Fingerprint

MOST_BUCKETS = 400
MOST_MARKS = 64
MOST_REPEATS = 800
MOST_SAMPLES = 3
MOST_PLACES = 8


class Family:
    """The queries of one cause: one lineage edge, one write in the source, or one fingerprint."""

    __slots__ = (
        "alias",
        "buckets",
        "facts",
        "fingerprint",
        "followers",
        "key",
        "kind",
        "marks",
        "relation",
        "samples",
        "sql",
    )

    def __init__(self, key: tuple[Any, ...], sighting: Sighting, query: Query) -> None:
        self.key = key
        self.kind: Literal["edge", "write", "sql"] = sighting.kind
        self.alias = query.alias
        self.sql = query.sql
        self.fingerprint = query.fingerprint
        self.relation: Relation | None = sighting.relation and sighting.relation._replace(instance=None)
        self.facts: dict[str, Any] | None = None
        """What the advice needs, taken once."""
        self.buckets: dict[int, Bucket] = {}
        self.followers = 0
        """Queries of prefetches that these queries brought along."""
        self.marks = array("d")
        """By turns when a query began, in seconds of `perf_counter()`, and its duration."""
        self.samples: list[str] = []


class Repeat:
    """Executions of one statement with the same parameters."""

    __slots__ = ("count", "duration", "family", "first", "has_other_askers", "is_frameworks_own", "places")

    def __init__(self, family: Family, sighting: Sighting) -> None:
        self.family = family
        self.first = (sighting.parent_key, sighting.sites_key, sighting.names_key)
        self.is_frameworks_own = sighting.walk.is_frameworks_own
        self.has_other_askers = False
        self.count = 0
        self.duration = 0.0
        self.places: tuple[Any, ...] = ()

    def add(self, sighting: Sighting, duration: float) -> None:
        """Count one more; another parent, or another declared name by the same stack, is another asker.

        One of several objects with the same foreign key, say, or one form field of several.
        """
        parent_key, sites_key, names_key = self.first
        is_new_name = sighting.sites_key == sites_key and sighting.names_key != names_key
        self.has_other_askers = self.has_other_askers or is_new_name or sighting.parent_key != parent_key
        self.count += 1
        self.duration += duration
        place = sighting.walk.place
        if len(self.places) < MOST_PLACES and place not in self.places:
            self.places += (place,)


class Counts:
    """Totals, families and repeats of one recording; what passes a cap is counted and no more."""

    def __init__(self, shows_params: bool) -> None:
        self.started = perf_counter()
        self.shows_params = shows_params
        self.query_count = 0
        self.duration = 0.0
        self.families: dict[Any, Family] = {}
        self.repeats: dict[Any, Repeat] = {}
        self.writes: dict[str, int] = {}
        """How often each table was written so far: a question asked again after a write is a new one."""
        self.checks: list[tuple[Family, Bucket]] = []
        """Buckets that ask whether there are rows, or how many."""
        self.bucket_count = 0
        self.is_truncated = False

    def add_settled(
        self, family: Family, bucket: Bucket, print_: Fingerprint, start: float, duration: float
    ) -> None:
        """Count one more query of a group whose verdict is settled."""
        if family.kind == "write":
            self._note_write(print_)
        self.query_count += 1
        self.duration += duration
        bucket.count += 1
        bucket.duration += duration
        if duration > bucket.longest:
            bucket.longest = duration
        if len(family.marks) < 2 * MOST_MARKS:
            family.marks.append(start)
            family.marks.append(duration)

    def add(self, sighting: Sighting, query: Query) -> tuple[Family | None, Bucket | None]:
        """Count one query; its family and bucket come back, None where a cap is reached."""
        if sighting.kind == "write":
            self._note_write(query.fingerprint)
        self.query_count += 1
        self.duration += query.duration
        cause = self.families.get(sighting.follows)
        if cause is not None:
            cause.followers += 1
            return cause, None
        key = (query.alias, *sighting.family_key)
        family = self.families.get(key)
        if family is None:
            if self.bucket_count >= MOST_BUCKETS:
                self.is_truncated = True
                return None, None
            family = self.families[key] = Family(key, sighting, query)
        if len(family.marks) < 2 * MOST_MARKS:
            family.marks.append(query.start)
            family.marks.append(query.duration)
        if self.shows_params and len(family.samples) < MOST_SAMPLES:
            family.samples.append(repr(query.params)[:200])
        value = value_of(query.sql, query.params)
        bucket = self._bucket(family, sighting)
        if bucket is not None:
            bucket.add(sighting, query, value)
            # Most groups never have a finding: what advice needs is asked for when one is possible.
            if family.facts is None and (len(family.buckets) > 1 or bucket.count > 1 or bucket.has_evidence):
                family.facts = family_facts(sighting, query.alias)
        self._add_repeat(family, sighting, value, query.duration)
        return family, bucket

    def _bucket(self, family: Family, sighting: Sighting) -> Bucket | None:
        bucket = family.buckets.get(sighting.stack_key)
        if bucket is None:
            if self.bucket_count >= MOST_BUCKETS:
                self.is_truncated = True
                return None
            self.bucket_count += 1
            bucket = family.buckets[sighting.stack_key] = Bucket(sighting)
            if bucket.check is not None:
                self.checks.append((family, bucket))
        return bucket

    def _note_write(self, print_: Fingerprint) -> None:
        for table in print_.tables[:1]:
            self.writes[table] = self.writes.get(table, 0) + 1

    def _add_repeat(self, family: Family, sighting: Sighting, value: int, duration: float) -> None:
        if sighting.kind == "write" or sighting.is_exempt:
            return
        written = [self.writes.get(table, 0) for table in family.fingerprint.tables] if self.writes else []
        if any(written):
            value = hash((value, *written))
        key = (family.alias, value)
        repeat = self.repeats.get(key)
        if repeat is None:
            if len(self.repeats) >= MOST_REPEATS:
                return
            repeat = self.repeats[key] = Repeat(family, sighting)
        repeat.add(sighting, duration)
