"""What was loaded eagerly, as values: with the lookups in the source, and whether it proves that nobody reads them."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterable, Iterator

from django_querywatch.capture.definitions import definition_at
from django_querywatch.capture.eager_caches import Path, Tally, tallies
from django_querywatch.capture.places import Site, source_line
from django_querywatch.capture.reach import may_be_read
from django_querywatch.records import COLUMN_CALLS, EagerLoading


def unread_loadings(some: Iterable[Tally], now: int) -> list[EagerLoading]:
    """What was never read of these: told to the recording of the number `now`, and to no other after it."""
    found = []
    for tally in some:
        if tally.told_in not in (None, now) or not tally.is_unread(now) or _is_below_unread(tally):
            continue
        loading = _value(tally)
        if loading.is_proven:
            tally.told_in = now
            found.append(loading)
    return sorted(found, key=lambda one: (one.origin.file, one.origin.line, one.path))


def all_loadings() -> list[EagerLoading]:
    """Whatever was loaded eagerly in this process, when no more of it is to come."""
    gc.collect()  # rows and the lists that were prefetched for them hold each other
    return [_value(tally) for tally in list(tallies.values())]


def _is_below_unread(tally: Tally) -> bool:
    """Whether a shorter path of the same queryset goes unread: that one is told."""
    parent = tally.what.path.rpartition("__")[0]
    calls = ("select_related", "prefetch_related")
    above = [tallies.get(tally.what._replace(call=call, path=parent)) for call in calls]
    return any(not one.is_used for one in above if one is not None)


def _value(tally: Tally) -> EagerLoading:
    what = tally.what
    origin = what.site.frame()
    is_used = tally.is_used or bool(tally.living)
    written = () if tally.is_used else _written_lookups(what)
    return EagerLoading(
        model=what.model._meta.label,
        path=what.path,
        call=what.call,
        written=written,
        loadings=tally.ended,
        units=len(tally.units),
        is_used=is_used,
        is_proven=bool(written) and _is_read_nowhere(tally),
        origin=origin,
        source=source_line(origin),
    )


def _is_read_nowhere(tally: Tally) -> bool:
    if tally.verdict is None:
        what = tally.what
        name = what.path.rpartition("__")[2]
        is_column = what.call in COLUMN_CALLS
        tally.verdict = not may_be_read(name, what.model, tally.places, what.site, is_column)
    return tally.verdict


def _written_lookups(what: Path) -> tuple[str, ...]:
    """The lookups in the source by which it is loaded; a column that `defer()` would leave out needs none."""
    return (what.path,) if what.call == "defer" else _written(what.site, what.call, what.path)


def _written(site: Site, call: str, path: str) -> tuple[str, ...]:
    """The lookups of the one call around a line that load the path; none where anything is in doubt."""
    frame = site.frame()
    try:
        definition = definition_at(frame.file, frame.line)
    except (OSError, ValueError, SyntaxError):
        return ()
    calls = list(_calls(definition.node, call, frame.line)) if definition is not None else []
    lookups = [tuple(one for one in found if one == path or one.startswith(f"{path}__")) for found in calls]
    matching = [found for found in lookups if found]
    if len(matching) != 1:
        return ()
    # Without its last part, a longer path still loads what comes before.
    return matching[0] if "__" not in path or matching[0] == (path,) else ()


def _calls(tree: ast.AST, method: str, line: int) -> Iterator[list[str]]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == method
            and node.lineno <= line <= (node.end_lineno or 0)
        ):
            yield [
                one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
