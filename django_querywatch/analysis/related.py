"""Changes that let one query answer for all rows what each row asks of a to-many relation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, count

from django_querywatch.records import Asked, Eager, Lineage, QueryGroup, RelationAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A change, and the queries of the cause that remain with it."""

    call: str | None = None
    """The bare call; None where no fix is proven."""
    words: str | None = None
    queries_needed: int = 1
    is_for_each_object: bool = False
    """The objects have a query each, and keep it."""


BY_SUBQUERY = (
    "annotate the queryset with a Subquery() that asks this for each row: "
    "an aggregate does not go with the joins, aggregates or locks that are there"
)
_LIST_OPTION = "list_select_related = "
_OTHER_ROWS = "annotate the queryset with a Subquery() that asks this for each row"
_OTHER_VALUES = (
    "its conditions have several values: annotate the queryset once for each of them, "
    "or compare with a field of the row by F()"
)


def list_option(paths: Iterable[str]) -> str:
    """The option by which the list of a ModelAdmin joins these paths."""
    known = sorted(paths)
    names = [f'"{path}"' for path in known if not any(one.startswith(f"{path}__") for one in known)]
    return f"{_LIST_OPTION}({', '.join(names)}{',' if len(names) == 1 else ''})"


def is_list_option(suggestion: str | None) -> bool:
    """Whether a suggestion is such an option."""
    return suggestion is not None and suggestion.startswith(_LIST_OPTION)


def annotated(group: QueryGroup, lineage: Lineage) -> Suggestion:
    """An annotation of the root queryset: a count, an existence or an aggregate, under the same conditions."""
    if is_reshaped(group):
        return Suggestion(words=f"{_bypassed(group)}{_OTHER_ROWS}", queries_needed=0)
    if not _has_one_value(group):
        return Suggestion(words=f"{_bypassed(group)}{_OTHER_VALUES}", queries_needed=0)
    is_aggregate = group.shape != "exists"
    if is_aggregate and (lineage.is_multiplied or lineage.is_for_update):
        return Suggestion(words=f"{_bypassed(group)}{BY_SUBQUERY}", queries_needed=0)
    calls = _annotations(group, lineage)
    if not calls:
        return Suggestion(words="annotate the queryset with the aggregate", queries_needed=0)
    name = _name_of(group)
    aliases = {alias: _free(alias, name, lineage.taken) for alias in calls}
    written = ", ".join(f"{aliases[alias]}={call}" for alias, call in calls.items())
    words = f"{_bypassed(group)}then read {' and '.join(aliases.values())} from each row instead"
    is_told = group.shape == "aggregate" and all(alias == free for alias, free in aliases.items())
    if is_told and not _bypassed(group):
        return Suggestion(call=f"annotate({written})", queries_needed=0)
    return Suggestion(call=f"annotate({written})", words=words, queries_needed=0)


def _annotations(group: QueryGroup, lineage: Lineage) -> dict[str, str]:
    """Each annotation under the name that says what it is."""
    access, asked = group.access, group.asked
    assert access is not None
    name = _name_of(group)
    to_relation = lineage.joined_to(access)
    conditions = ", ".join(_conditions(asked, f"{to_relation}__"))
    condition = f", filter=Q({conditions})" if conditions else ""
    if group.shape == "exists":
        to_row = "__".join((*(lineage.names or lineage.path), access.key_name))
        filters = ", ".join([f'{access.remote_name}=OuterRef("{to_row}")', *_conditions(asked)])
        return {f"has_{name}{_chosen(asked)}": f"Exists({access.rows}.filter({filters}))"}
    if group.shape == "count":
        return {f"{name}{_chosen(asked)}_count": f'Count("{to_relation}"{condition}, distinct=True)'}
    return {
        alias: f'{function}("{to_relation if field == "*" else f"{to_relation}__{field}"}"{condition})'
        for alias, function, field in group.aggregates
    }


def _chosen(asked: Asked) -> str:
    """What tells a number of some rows from that of all, in the name of an annotation."""
    if not asked.has_own:
        return ""
    return "".join(f"_{name.replace('__', '_')}" for name in asked.filters) or "_chosen"


def _name_of(group: QueryGroup) -> str:
    assert group.access is not None
    return group.access.field.removesuffix("_set")


def _free(alias: str, name: str, taken: frozenset[str]) -> str:
    """The alias, or one like it where the root has something of that name."""
    numbered = (f"{name}_{alias}_{number}" for number in count(2))
    return next(free for free in chain((alias, f"{name}_{alias}"), numbered) if free not in taken)


def prefetched(group: QueryGroup, path: str) -> Suggestion:
    """A prefetch under the same conditions, in a list of its own."""
    access = group.access
    assert access is not None
    if group.is_prefetch_bypassed and not group.asked.is_sent:
        return Suggestion(words=_from_rows_there(group), queries_needed=0)
    if is_reshaped(group) or not _has_one_value(group):
        words = f'prefetch "{path}" once, and find in its rows what each query asked for'
        return Suggestion(words=f"{_bypassed(group)}{words}")
    return Suggestion(
        call=f'prefetch_related(Prefetch("{path}", queryset={_queryset(group, access)}, to_attr="..."))',
        words=f"{_bypassed(group)}give the Prefetch the same conditions and read the list from its to_attr",
        queries_needed=1 + prefetch_queries(group.eager.prefetched),
    )


def _from_rows_there(group: QueryGroup) -> str:
    """Django asks among the rows of the prefetch; another prefetch would load them once more."""
    words = (
        "the prefetch is bypassed: what asks for more than all() asks the database again; "
        "go over all() itself, and choose among its rows in Python"
    )
    is_eager = bool(group.eager.paths) or group.eager.joins_all or not group.eager.is_told
    return f"{words}; let the prefetch load what this queryset loads eagerly, too" if is_eager else words


_LISTS = ("filter", "values")
_CUTTING = ("first", "last", "get", "earliest", "latest")
"""Calls that cut the queryset to one row by themselves."""


def is_reshaped(group: QueryGroup) -> bool:
    """Whether more is asked than which rows of the relation there are, by conditions that a fix can repeat."""
    is_cut = group.asked.limit is not None and group.shape not in (*_LISTS, *_CUTTING)
    return group.asked.is_reshaped or group.asked.is_sent or is_cut


def _has_one_value(group: QueryGroup) -> bool:
    asked = group.asked
    return group.is_steady or not (asked.filters or not asked.is_all_told)


def _bypassed(group: QueryGroup) -> str:
    is_bypassed = group.is_prefetch_bypassed and group.asked.has_own
    return "the prefetch is bypassed: filter() asks the database again; " if is_bypassed else ""


def _conditions(asked: Asked, prefix: str = "") -> list[str]:
    """The conditions with the values left out; an ellipsis stands for those that cannot be told."""
    return [*(f"{prefix}{name}=..." for name in asked.filters), *([] if asked.is_all_told else ["..."])]


def prefetch_queries(paths: tuple[str, ...]) -> int:
    """The queries that prefetches of these paths take: one for each hop, which paths may share."""
    steps = [path.split("__") for path in paths]
    return len({tuple(names[:length]) for names in steps for length in range(1, len(names) + 1)})


def _eager_calls(eager: Eager) -> list[str]:
    joined, prefetched = (
        ", ".join(f'"{path}"' for path in paths) for paths in (eager.joined, eager.prefetched)
    )
    calls = [f".select_related({joined})"] if joined or eager.joins_all else []
    if not eager.is_told:
        return [*calls, ".prefetch_related(...)"]
    return [*calls, f".prefetch_related({prefetched})"] if prefetched else calls


def _queryset(group: QueryGroup, access: RelationAccess) -> str:
    asked = group.asked
    filters = _conditions(asked)
    calls = [f".filter({', '.join(filters)})"] if filters else []
    if asked.ordering:
        names = ", ".join(f'"{name}"' for name in asked.ordering)
        calls.append(f".order_by({names})")
    calls += _eager_calls(group.eager)
    limit = f"[:{asked.limit}]" if asked.limit is not None and group.shape in _LISTS else ""
    return f"{access.rows}{''.join(calls) or '.all()'}{limit}"  # a manager takes no slice
