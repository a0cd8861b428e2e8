"""The change that cures a finding: from the kind of access and the path, relative to the root queryset."""

from __future__ import annotations

from dataclasses import replace

from django_querywatch.analysis.bulk_writes import for_write
from django_querywatch.analysis.deferring import for_deferred, with_key_loaded
from django_querywatch.analysis.related import (
    Suggestion,
    annotated,
    is_reshaped,
    list_option,
    prefetch_queries,
    prefetched,
)
from django_querywatch.analysis.rounds import for_loop
from django_querywatch.records import Kind, Lineage, QueryGroup, StackGroup

_KEY_SET_ANEW = (
    "one object is given another key each time: fetch what the keys lead to before the loop, in one query"
)
_INNER = (
    "another query brings these rows, made while the queryset of that line is evaluated: "
    "load the relation with them as the library documents that makes it"
)
_NO_JOIN = ("generic", "library")
_PEERS = "on Django 6.1, fetch_mode(FETCH_PEERS) covers it, too"


def suggest(group: QueryGroup, stack: StackGroup, lineage: Lineage | None, kind: Kind) -> Suggestion:
    """The suggestion for a group; without a call where the relation or the queryset is not proven."""
    suggestion = _suggest(group, stack, lineage, kind)
    if lineage is not None and group.access is not None and stack.lineage is None:
        suggestion = _behind_a_query_each(suggestion, group, stack, lineage)
    is_eager = "select_related(" in (suggestion.call or "") or "prefetch_related(" in (suggestion.call or "")
    if lineage is None or not is_eager:
        return suggestion
    words = []
    if lineage.is_combined:
        words.append("put it on each operand of the union; a combined queryset takes none")
    if lineage.is_unchunked and "prefetch_related(" in (suggestion.call or ""):
        words.append(
            "give the iterator() of the queryset a chunk_size, too: without one it takes no prefetch"
        )
    return replace(suggestion, words=_joined(suggestion.words, *words) or None)


def _suggest(group: QueryGroup, stack: StackGroup, lineage: Lineage | None, kind: Kind) -> Suggestion:
    if group.kind == "write":
        return for_write(group, stack)
    access = group.access
    if access is not None and stack.lineage is None and _asks_for_several_values(group):
        return Suggestion(
            words="ask once before the loop, for all of its values, and group the rows in Python"
        )
    if access is None or (stack.lineage is None and stack.single is None):
        return for_loop(group, stack)
    assert lineage is not None
    if lineage.is_inner:
        return Suggestion(words=_INNER)
    path = "__".join((*lineage.path, access.field))
    if access.kind == "parent_link":
        return Suggestion(
            words="the parent's fields are deferred: load them with the row, and read them from it"
        )
    if lineage.is_recursive or access.field in lineage.walked:
        return Suggestion(
            words="the relation is followed recursively: fetch the tree in one query and link it in Python"
        )
    if lineage.generic_hops:
        return _of_one_type(group, stack, lineage, kind)
    if not lineage.is_plain:
        return _beyond_a_filter(lineage, access.field)
    if access.kind == "deferred":
        return for_deferred(group, lineage, access.field)
    if access.is_to_many:
        return _for_to_many(group, stack, lineage, path)
    return _for_single(group, lineage, path)


def _asks_for_several_values(group: QueryGroup) -> bool:
    """Whether one object's relation is asked by other conditions each time."""
    return (
        group.access is not None and group.access.is_to_many and group.asked.has_own and not group.is_steady
    )


def _of_one_type(group: QueryGroup, stack: StackGroup, lineage: Lineage, kind: Kind) -> Suggestion:
    """Behind a generic key that may lead to several models, no path is good for all: Django raises for the others.

    A queryset for those that have the relation is: for the others, a GenericPrefetch takes their own.
    """
    assert group.access is not None
    hops, models = lineage.generic_hops, lineage.models_behind
    if hops == len(lineage.path):
        models = tuple(model for model in models if model == group.access.model)
    inner = replace(
        Lineage(root_model=""),
        path=lineage.path[hops:],
        names=lineage.names[hops:],
        to_many=lineage.to_many[hops:],
        is_plain=lineage.is_plain,
    )
    each = suggest(group, replace(stack, lineage=inner), inner, kind)
    key, needed = lineage.path[hops - 1], each.queries_needed * max(len(models), 1)
    is_one = len(lineage.models_behind) == 1
    leads = "may lead to other models, too" if is_one else "leads to several models"
    if each.call is None or not models:
        words = f'"{key}" {leads}: fetch the relation for each of them'
        return Suggestion(words=_joined(words, each.words), queries_needed=needed)
    managers = dict(zip(lineage.models_behind, lineage.managers_behind, strict=False))
    querysets = ", ".join(
        f"{model.rpartition('.')[2]}.{managers.get(model, 'objects')}.{each.call}" for model in models
    )
    path = "__".join(lineage.path[:hops])
    words = f'"{key}" {leads}: one GenericPrefetch takes a queryset for each of them'
    if any(f"{prefetched}__".startswith(f"{path}__") for prefetched in lineage.prefetched):
        words += f', in place of the prefetch of "{path}" that is there'
    return Suggestion(
        call=f'prefetch_related(GenericPrefetch("{path}", [{querysets}]))',
        words=_joined(words, each.words),
        queries_needed=needed,
    )


def _joined(*words: str | None) -> str:
    return "; ".join(filter(None, words))


def _behind_a_query_each(
    suggestion: Suggestion, group: QueryGroup, stack: StackGroup, lineage: Lineage
) -> Suggestion:
    """What a call is worth where no queryset of many rows found the objects, but a `get()` for each of them."""
    assert group.access is not None
    if suggestion.call is None:
        return suggestion
    if not stack.has_distinct_parents:
        return suggestion if group.access.is_to_many else Suggestion(words=_KEY_SET_ANEW)
    words = f"fetch the {lineage.root_model.rpartition('.')[2]} objects together"
    if "prefetch_related(" in suggestion.call:
        words += " first: with a query for each of them, it saves nothing"
        return replace(suggestion, words=_joined(suggestion.words, words))
    words += " as well: their own queries, one for each, remain"
    return replace(suggestion, words=_joined(suggestion.words, words), is_for_each_object=True)


def _for_single(group: QueryGroup, lineage: Lineage, path: str) -> Suggestion:
    assert group.access is not None
    can_join = not (
        group.access.kind in _NO_JOIN
        or group.access.hides_rows
        or any(lineage.to_many)
        or lineage.is_raw
        or _is_elsewhere(group, lineage)
    )
    joined = lineage.joined_to(group.access)
    if lineage.is_admin and can_join:
        return _for_admin_list(lineage, joined) if lineage.is_admin_list else _for_admin_page(lineage, joined)
    is_join = can_join and not lineage.is_for_update
    call = f'select_related("{joined}")' if is_join else f'prefetch_related("{path}")'
    names = (*(lineage.names or lineage.path), group.access.query_name or group.access.field)
    is_beyond = (*lineage.to_many, group.access.kind in _NO_JOIN)  # a prefetch asks for what lies there
    keys = names[: is_beyond.index(True)] if True in is_beyond else names
    needed = 0 if is_join else max(group.models_led_to, 1)
    return with_key_loaded(Suggestion(call=call, queries_needed=needed), lineage, keys)


def _for_admin_page(lineage: Lineage, path: str) -> Suggestion:
    """An inline, and what completes a field as one types, know no option: their queryset is the place."""
    call = f'return super().get_queryset(request).select_related("{path}")'
    return Suggestion(call=call, words=f"in get_queryset() of {_admin_of(lineage)}", queries_needed=0)


def _admin_of(lineage: Lineage) -> str:
    return (lineage.origin.function if lineage.origin is not None else None) or "the ModelAdmin"


def _for_admin_list(lineage: Lineage, path: str) -> Suggestion:
    """The option of the ModelAdmin; it takes the place of the joins that the admin makes by itself."""
    covered = [joined for joined in lineage.joined if not path.startswith(f"{joined}__")]
    call = list_option({path, *covered})
    return Suggestion(call=call, words=f"in {_admin_of(lineage)}", queries_needed=0)


def _for_to_many(group: QueryGroup, stack: StackGroup, lineage: Lineage, path: str) -> Suggestion:
    access = group.access
    assert access is not None
    is_plain = not (group.asked.is_sent or group.eager.joins_all) and group.eager.is_told
    if group.shape == "all" and group.is_prefetch_bypassed and not group.eager.paths:
        return Suggestion(
            words="the prefetch is bypassed: iterator(), or a call behind all(), asks the database again; "
            "go over all() itself",
            queries_needed=0,
        )
    if group.shape == "all" and is_plain:
        paths = [f'"{path}__{further}"' for further in group.eager.paths] or [f'"{path}"']
        return Suggestion(
            call=f"prefetch_related({', '.join(paths)})",
            words="then go over all() itself: iterator() asks the database again"
            if group.is_iterator
            else None,
            queries_needed=1 + prefetch_queries(group.eager.paths),
        )
    if group.shape == "choices":
        return Suggestion(
            words="a form's field asks for its choices anew, whatever was prefetched: "
            f'prefetch "{path}", and give each field a list of choices made of these rows'
        )
    if stack.is_foreign:
        return Suggestion(
            words="a library asks this relation for each row, with conditions of its own: "
            "ask it in one go, or cache its answer"
        )
    if _can_annotate(group, lineage):
        return annotated(group, lineage)
    is_looking = group.shape in ("count", "exists", "contains") and not _has_conditions(group)
    if is_looking and not is_reshaped(group):
        return Suggestion(call=f'prefetch_related("{path}")')  # they look into what a prefetch brought
    return prefetched(group, path)


def _can_annotate(group: QueryGroup, lineage: Lineage) -> bool:
    """Whether an annotation of the root's own rows can hold what is asked of the relation."""
    if any(lineage.to_many) or lineage.is_raw or lineage.is_combined or _is_elsewhere(group, lineage):
        return False
    is_generic = group.access is not None and group.access.remote_name is None
    return group.shape in ("count", "aggregate") or (group.shape == "exists" and not is_generic)


def _is_elsewhere(group: QueryGroup, lineage: Lineage) -> bool:
    """Whether the queries went to another database than the root's: no join leads there."""
    return lineage.alias not in (None, group.alias)


def _has_conditions(group: QueryGroup) -> bool:
    asked = group.asked
    if group.shape == "contains":  # it filters by the key of what it looks for
        return len(asked.filters) > 1 or not asked.is_all_told
    return asked.has_own


def _beyond_a_filter(lineage: Lineage, field: str) -> Suggestion:
    hop = lineage.path[-1] if lineage.path else ""
    return Suggestion(
        words=f'fetch "{field}" on the queryset that filters "{hop}" for each row, '
        "or prefetch that with a Prefetch(queryset=...)"
    )
