"""Rows that were loaded eagerly, found when a queryset has loaded them and given the dicts that tell."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from itertools import count
from typing import Any

from django.db.models import Model, QuerySet

from django_querywatch.capture.columns import large_columns, watch_columns
from django_querywatch.capture.eager_caches import Loading, Path, Tally, WatchedCache, note_all_used, tally_of
from django_querywatch.capture.faults import report_fault
from django_querywatch.capture.lineage import node_of, note_of
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.places import Site
from django_querywatch.capture.recorder import Recorder, active
from django_querywatch.records import COLUMN_CALLS

Tree = dict[str, tuple[str, Any]]
"""Name of a relation -> the call that loads it, and the tree behind it."""

_FIELDS = "fields_cache"
_PREFETCHED = "_prefetched_objects_cache"
_numbers = count(1)


class EagerWatch:
    """What one recording loaded, and may have loaded for nothing."""

    def __init__(self, sees_relations: bool, row_size: int | None) -> None:
        self.number = next(_numbers)
        self.sees_relations = sees_relations
        self.row_size = row_size
        """Of rows at least so large, the large columns are watched, too."""
        self.tallies: set[Tally] = set()

    def sees(self, tally: Tally) -> bool:
        """Whether this recording was asked to see what the tally counts."""
        is_column = tally.what.call in COLUMN_CALLS
        return self.row_size is not None if is_column else self.sees_relations


def watch_eager_loading(recorder: Recorder, sees_relations: bool, row_size: int | None) -> None:
    """Let a recorder see whether what its querysets load is read; the first call wraps `QuerySet._fetch_all`."""
    recorder.eager = EagerWatch(sees_relations, row_size)
    original = QuerySet.__dict__["_fetch_all"]
    if not hasattr(original, "querywatch_eager"):
        wrapped = _noticing(original)
        wrapped.querywatch_eager = True
        QuerySet._fetch_all = wrapped  # type: ignore[method-assign]


def _noticing(original: Any) -> Any:
    @wraps(original)
    def _fetch_all(self: Any) -> None:
        is_done = self._result_cache is not None and (
            self._prefetch_done or not self._prefetch_related_lookups
        )
        original(self)
        if is_done or not active.get():
            return
        try:
            _watch(self, [recorder.eager for recorder in active.get() if recorder.eager is not None])
        except Exception as error:
            report_fault(error)

    return _fetch_all


def _watch(queryset: Any, watches: list[EagerWatch]) -> None:
    rows = queryset._result_cache
    if not watches or not rows or not is_a(rows[0], Model):
        return
    note = note_of(queryset)
    if queryset.query.select_for_update or queryset.query.combinator:
        return  # a join locks rows, too, and rows that are locked are to be saved
    if note is None or not is_a(note.site, Site) or not note.site.facts.is_project:
        return
    node = node_of(rows[0])
    stack = node.root.stack if node is not None else ()
    loading = Loading(watches[0].number)
    level = _Level(rows, note.site, queryset.model, "", (note.site, *stack))
    if any(watch.sees_relations for watch in watches):
        _watch_level(level, _tree(queryset), loading)
    sizes = [watch.row_size for watch in watches if watch.row_size is not None]
    if sizes:
        _watch_columns(level, "defer" if queryset.query.deferred_loading[1] else "only", min(sizes), loading)
    for watch in watches:
        watch.tallies.update(tally for tally in loading.tallies if watch.sees(tally))


class _Level:
    """Rows of one path, and what their tallies are called by."""

    __slots__ = ("model", "places", "prefix", "rows", "site")

    def __init__(self, rows: Iterable[Any], site: Any, model: Any, prefix: str, places: Any) -> None:
        self.rows = list({id(row): row for row in rows}.values())
        self.site = site
        self.model = model
        self.prefix = prefix
        self.places = places

    def begin(self, loading: Loading, call: str, path: str) -> Tally | None:
        """Count one loading of a path from here; None where there are too many tallies."""
        tally = tally_of(Path(self.site, self.model, call, path))
        if tally is not None:
            tally.places.update(self.places)
            loading.begin(tally)
        return tally


def _watch_level(level: _Level, tree: Tree, loading: Loading) -> None:
    caches: dict[str, dict[Any, Tally]] = {_FIELDS: {}, _PREFETCHED: {}}
    for name, (call, deeper) in tree.items():
        path = f"{level.prefix}{name}"
        cache, key, related = _related(level.rows, name)
        tally = level.begin(loading, call, path) if related else None
        if tally is None:
            continue
        caches[cache][key] = tally
        if deeper:
            _watch_level(_Level(related, level.site, level.model, f"{path}__", level.places), deeper, loading)
    for row in level.rows:
        _replace(row._state.__dict__, _FIELDS, caches[_FIELDS], loading)
        _replace(row.__dict__, _PREFETCHED, caches[_PREFETCHED], loading)


def _watch_columns(level: _Level, call: str, row_size: int, loading: Loading) -> None:
    by_name: dict[str, Tally] = {}
    for name in large_columns(level.rows, row_size):
        tally = level.begin(loading, call, name)
        if tally is not None:
            by_name[name] = tally
    if by_name:
        watch_columns(level.rows, by_name, loading)


def _replace(names: dict[str, Any], attribute: str, by_key: dict[Any, Tally], loading: Loading) -> None:
    content = names.get(attribute)
    if not by_key or content is None:
        return
    if type(content) is dict:
        names[attribute] = WatchedCache(content, by_key, loading)
    else:  # the row belongs to another loading, too: who reads it for which, nobody knows
        note_all_used(by_key.values())


def _related(rows: list[Any], name: str) -> tuple[str, Any, list[Any]]:
    """Where the rows keep a relation, under which key, and the objects that they have there."""
    fields_key, prefetched_key = _keys(type(rows[0]), name)
    prefetched = [_plain(row.__dict__.get(_PREFETCHED)).get(prefetched_key) for row in rows]
    if any(found is not None for found in prefetched):
        lists = [getattr(found, "_result_cache", None) or () for found in prefetched]
        return _PREFETCHED, prefetched_key, [one for found in lists for one in found]
    kept = [_plain(row._state.__dict__.get(_FIELDS)).get(fields_key) for row in rows]
    return _FIELDS, fields_key, [one for one in kept if is_a(one, Model)]


def _plain(content: Any) -> dict[Any, Any]:
    return content if type(content) is dict else {}


def _keys(model: Any, name: str) -> tuple[Any, Any]:
    """The names under which a row keeps one object, and a list of them."""
    options = model._meta
    is_field = name in options.fields_map or name in options._forward_fields_map
    fields_key = getattr(options.get_field(name), "cache_name", name) if is_field else name
    descriptor = getattr(model, name, None)
    rel = getattr(descriptor, "rel", None)
    if getattr(descriptor, "reverse", False) and rel is not None:
        return fields_key, rel.field.related_query_name()
    return fields_key, name


def _tree(queryset: Any) -> Tree:
    tree: Tree = {}
    joined = getattr(queryset.query, "select_related", False)
    if isinstance(joined, dict):
        _add_joined(tree, joined)
    for lookup in queryset._prefetch_related_lookups:
        level = tree
        # A `Prefetch` may filter, or keep its objects where nobody can see them read.
        for name in lookup.split("__") if isinstance(lookup, str) else ():
            level = level.setdefault(name, ("prefetch_related", {}))[1]
    return tree


def _add_joined(tree: Tree, joined: dict[str, Any]) -> None:
    for name, deeper in joined.items():
        inner: Tree = {}
        _add_joined(inner, deeper)
        tree[name] = ("select_related", inner)
