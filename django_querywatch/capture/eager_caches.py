"""Whether anybody reads what was loaded eagerly: the dicts in which Django keeps it, made to tell.

Only while `UNUSED_EAGER` is on, and only of rows that a watched queryset has just loaded. No user's object changes its
type: an instance's `_state.fields_cache` and `_prefetched_objects_cache` are dicts of Django's own. Whoever reads
them, Django's descriptors, a template, another thread, or code that looks into the dict itself, is seen; what
copies, pickles or goes through a whole dict counts as reading all of it. When the last dict of a loading is
gone, so are its rows: what was not read until then never will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, NamedTuple

from django_querywatch.capture.faults import guarded
from django_querywatch.records import ENOUGH_LOADINGS, ENOUGH_UNITS

_MOST_TALLIES = 2_000


class Path(NamedTuple):
    """One relation that one line of the source loads eagerly, or one large column that it loads."""

    site: Any
    """Where the queryset is built."""
    model: Any
    call: str
    """What loads it, select_related, prefetch_related or only; defer, which would leave out a column."""
    path: str


class Tally:
    """How often a path was loaded, with objects behind it, and whether anybody ever read it."""

    __slots__ = ("ended", "is_used", "living", "places", "told_in", "units", "verdict", "what")

    def __init__(self, what: Path) -> None:
        self.what = what
        self.is_used = False
        self.ended = 0
        """Loadings whose rows are gone."""
        self.units: set[int] = set()
        """Recordings that loaded it; two are enough to know."""
        self.living: dict[int, int] = {}
        """By recording: loadings whose rows are still there, and may be read yet."""
        self.places: set[Any] = set()
        """Sites on the stacks of its evaluations."""
        self.verdict: bool | None = None
        """Whether the source proves it, once asked."""
        self.told_in: int | None = None

    def is_unread(self, now: int | None = None) -> bool:
        """Whether it was loaded often enough, and never read; rows of the recording `now` may still be there."""
        return (
            not self.is_used
            and self.ended >= ENOUGH_LOADINGS
            and len(self.units) >= ENOUGH_UNITS
            and not any(count and unit != now for unit, count in self.living.items())
        )


tallies: dict[Path, Tally] = {}


def tally_of(what: Path) -> Tally | None:
    """The tally of a path; None where there are too many already."""
    tally = tallies.get(what)
    if tally is None and len(tallies) < _MOST_TALLIES:
        tally = tallies.setdefault(what, Tally(what))
    return tally


def note_all_used(some: Iterable[Tally]) -> None:
    """Count all of these as read."""
    for tally in some:
        tally.is_used = True


class Loading:
    """One evaluation of a queryset: lives as long as a dict of its rows does."""

    __slots__ = ("tallies", "unit")

    def __init__(self, unit: int) -> None:
        self.unit = unit
        self.tallies: list[Tally] = []

    def begin(self, tally: Tally) -> None:
        self.tallies.append(tally)
        tally.living[self.unit] = tally.living.get(self.unit, 0) + 1

    @guarded
    def __del__(self) -> None:
        # Runs wherever the last row goes, in the midst of anything: no locks, no calls of anybody's code.
        for tally in self.tallies:
            tally.ended += 1
            if len(tally.units) < ENOUGH_UNITS:
                tally.units.add(self.unit)
            left = tally.living.get(self.unit, 1) - 1
            if left:
                tally.living[self.unit] = left
            else:
                tally.living.pop(self.unit, None)


def _reads_key(original: Callable[..., Any]) -> Any:
    @wraps(original)
    def read(self: WatchedCache, name: Any, *args: Any) -> Any:
        tally = self.by_key.get(name)
        if tally is not None:
            tally.is_used = True
        return original(self, name, *args)

    return read


def _reads_all(original: Callable[..., Any]) -> Any:
    @wraps(original)
    def read(self: WatchedCache, *args: Any) -> Any:
        self.note_all()
        return original(self, *args)

    return read


class WatchedCache(dict[Any, Any]):
    """A dict that tells its tallies when it is read; copied or pickled, it is a plain dict again."""

    __slots__ = ("by_key", "loading")

    def __init__(self, content: dict[Any, Any], by_key: dict[Any, Tally], loading: Loading) -> None:
        super().__init__(content)
        self.by_key = by_key
        self.loading = loading

    def note_all(self) -> None:
        note_all_used(self.by_key.values())

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, (self.copy(),)

    def __copy__(self) -> dict[Any, Any]:
        plain: dict[Any, Any] = self.copy()
        return plain

    def __deepcopy__(self, memo: Any) -> dict[Any, Any]:
        from copy import deepcopy

        return deepcopy(self.copy(), memo)

    __hash__ = None

    __getitem__ = _reads_key(dict.__getitem__)
    __contains__ = _reads_key(dict.__contains__)
    get = _reads_key(dict.get)
    pop = _reads_key(dict.pop)
    setdefault = _reads_key(dict.setdefault)
    __iter__ = _reads_all(dict.__iter__)
    __reversed__ = _reads_all(dict.__reversed__)
    __eq__ = _reads_all(dict.__eq__)
    __ne__ = _reads_all(dict.__ne__)
    __or__ = _reads_all(dict.__or__)
    __ror__ = _reads_all(dict.__ror__)
    __repr__ = _reads_all(dict.__repr__)
    copy = _reads_all(dict.copy)
    items = _reads_all(dict.items)
    keys = _reads_all(dict.keys)
    values = _reads_all(dict.values)
    popitem = _reads_all(dict.popitem)
