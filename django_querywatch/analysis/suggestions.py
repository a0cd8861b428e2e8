"""The change that cures a finding: from the kind of access and the path, relative to the root queryset."""

from __future__ import annotations

from django_querywatch.analysis.related import Suggestion, annotated, prefetched
from django_querywatch.records import Kind, Lineage, QueryGroup, StackGroup

_PEERS = "on Django 6.1, fetch_mode(FETCH_PEERS) covers it, too"


def suggest(group: QueryGroup, stack: StackGroup, lineage: Lineage | None, kind: Kind) -> Suggestion:
    """The suggestion for a group; without a call where the relation or the queryset is not proven."""
    if group.kind == "write":
        return _for_write(group, stack)
    access = group.access
    if access is None or (stack.lineage is None and stack.single is None):
        return _for_loop(group, stack)
    assert lineage is not None
    path = "__".join((*lineage.path, access.field))
    if access.kind == "parent_link":
        return Suggestion(
            words="the parent's fields are deferred: load them with the row, and read them from it"
        )
    if lineage.is_recursive:
        return Suggestion(
            words="the relation is followed recursively: fetch the tree in one query and link it in Python"
        )
    if not lineage.is_plain:
        return _beyond_a_filter(lineage, access.field)
    if access.kind == "deferred":
        return _for_deferred(group, lineage, access.field)
    if access.is_to_many:
        return _for_to_many(group, lineage, path)
    return _for_single(group, lineage, path)


def _for_single(group: QueryGroup, lineage: Lineage, path: str) -> Suggestion:
    assert group.access is not None
    can_join = group.access.kind != "generic" and not any(lineage.to_many) and not lineage.is_raw
    if lineage.is_combined:
        words = "put it on each operand of the union; a combined queryset takes none"
        return Suggestion(
            call=f'select_related("{path}")' if can_join else None, words=words, queries_needed=0
        )
    if lineage.is_admin_list and can_join:
        return _for_admin(lineage, path)
    if can_join and not lineage.is_for_update:
        return Suggestion(call=f'select_related("{path}")', queries_needed=0)
    return Suggestion(call=f'prefetch_related("{path}")')


def _for_admin(lineage: Lineage, path: str) -> Suggestion:
    """The option of the ModelAdmin; it takes the place of the joins that the admin makes by itself."""
    covered = [joined for joined in lineage.joined if not path.startswith(f"{joined}__")]
    names = ", ".join(f'"{name}"' for name in sorted({path, *covered}))
    comma = "," if len(covered) == 0 else ""
    where = lineage.origin.function if lineage.origin is not None else "the ModelAdmin"
    return Suggestion(call=f"list_select_related = ({names}{comma})", words=f"in {where}", queries_needed=0)


def _for_to_many(group: QueryGroup, lineage: Lineage, path: str) -> Suggestion:
    access = group.access
    assert access is not None
    if group.shape == "all":
        paths = [f'"{path}__{further}"' for further in group.eager] or [f'"{path}"']
        return Suggestion(call=f"prefetch_related({', '.join(paths)})", queries_needed=1 + len(group.eager))
    if group.is_foreign:
        return Suggestion(
            words="a library asks this relation for each row, with conditions of its own: "
            "ask it in one go, or cache its answer"
        )
    if _can_annotate(group, lineage):
        return annotated(group, lineage)
    if group.shape in ("count", "exists", "contains") and not _has_conditions(group):
        return Suggestion(call=f'prefetch_related("{path}")')  # they look into what a prefetch brought
    return prefetched(group, path)


def _can_annotate(group: QueryGroup, lineage: Lineage) -> bool:
    """Whether an annotation of the root's own rows can hold what is asked of the relation."""
    if any(lineage.to_many) or lineage.is_raw or lineage.is_combined:
        return False
    is_generic = group.access is not None and group.access.remote_name is None
    return group.shape in ("count", "aggregate") or (group.shape == "exists" and not is_generic)


def _has_conditions(group: QueryGroup) -> bool:
    asked = group.asked
    if group.shape == "contains":  # it filters by the key of what it looks for
        return len(asked.filters) > 1 or not asked.is_all_told
    return asked.has_own


def _for_deferred(group: QueryGroup, lineage: Lineage, field: str) -> Suggestion:
    path = "__".join((*lineage.path, field))
    if lineage.is_raw:
        return Suggestion(words=f'add "{field}" to the columns of the raw query', queries_needed=0)
    if lineage.only:
        names = ", ".join(f'"{name}"' for name in (*lineage.only, path))
        return Suggestion(call=f"only({names})", queries_needed=0)
    kept = [f'"{name}"' for name in lineage.defer if name != path]
    if lineage.defer and not lineage.path:
        names = ", ".join(f'"{name}"' for name in (*group.loaded, field))
        words = f'or take "{field}" out of the defer(), which is read for each row'
        return Suggestion(call=f"only({names})", words=words, queries_needed=0)
    if lineage.defer:
        words = f'"{path}" is deferred, and read for each row'
        return Suggestion(call=f"defer({', '.join(kept) or 'None'})", words=words, queries_needed=0)
    return Suggestion(
        words=f'load "{path}" with the rows: it is deferred, and read for each', queries_needed=0
    )


def _beyond_a_filter(lineage: Lineage, field: str) -> Suggestion:
    hop = lineage.path[-1] if lineage.path else ""
    return Suggestion(
        words=f'fetch "{field}" on the queryset that filters "{hop}" for each row, '
        "or prefetch that with a Prefetch(queryset=...)"
    )


def _for_loop(group: QueryGroup, stack: StackGroup) -> Suggestion:
    if group.access is not None:
        return Suggestion(
            words="the objects were not loaded by a queryset of this recording: fetch the relation where they are"
        )
    if not group.has_line or group.is_foreign:
        return Suggestion(words="a framework asks for itself: see what it documents, or cache the answer")
    if group.lookup and group.model and group.shape in _ASKING:
        return _for_lookup(group)
    if group.shape in ("get", "in_bulk") and group.model:
        return Suggestion(call="in_bulk(...)", words="fetch the objects before the loop, by all their keys")
    return Suggestion(words="ask once for all rows before the loop")


_ASKING = ("get", "first", "fetch_all", "iterator", "in_bulk", "count", "exists")


def _for_lookup(group: QueryGroup) -> Suggestion:
    """One value a round where one query could take them all."""
    model = (group.model or "").rpartition(".")[2]
    if group.shape == "get" and len(group.lookup) == 1:
        return Suggestion(
            call="in_bulk(...)", words=f"fetch the {model} objects before the loop, by their keys"
        )
    words = "ask once before the loop, and group the rows in Python"
    if len(group.lookup) > 1 or not group.asked.is_all_told:
        return Suggestion(words=words)
    name = group.lookup[0]
    others = [f"{other}=..." for other in group.asked.filters if other != name]
    call = f"filter({', '.join([f'{name}__in=[...]', *others])})"
    if group.shape == "count":
        call += f'.values("{name}").annotate(count=Count("pk"))'
        words = "count once before the loop, for all values"
    if group.shape == "exists":
        call += f'.values_list("{name}", flat=True)'
        words = "ask once before the loop, which of the values there are"
    return Suggestion(call=call, words=words)


def _for_write(group: QueryGroup, stack: StackGroup) -> Suggestion:
    if group.is_foreign:
        return Suggestion(
            words="a library writes for each row: see whether it documents a call for many at once"
        )
    calls = {
        "save": "bulk_update(objects, fields)",
        "create": "bulk_create(objects)",
        "update": "bulk_update(objects, fields)",
        "delete": "filter(pk__in=[...]).delete()",
        "add": "add(*objects)",
        "set": "bulk_create(objects)",
        "remove": "remove(*objects)",
        "get_or_create": "bulk_create(objects, ignore_conflicts=True)",
        "update_or_create": "bulk_create(objects, update_conflicts=True, update_fields=[...], unique_fields=[...])",
    }
    call = calls.get(group.shape)
    if group.shape == "save" and group.operation == "INSERT":
        call = calls["create"]
    if group.shape in ("add", "set", "remove") and stack.has_distinct_parents:
        call = "through.objects.bulk_create(objects)" if group.shape != "remove" else None
    if "multi_table" in group.caveats and call == calls["create"]:
        call = None
    words = [_CAVEATS[caveat] for caveat in group.caveats]
    return Suggestion(call=call, words="; ".join(words) or None)


_CAVEATS = {
    "multi_table": "bulk_create() does not take models of several tables: create the parents' rows first",
    "overrides_save": "mind that a bulk call does not run the model's own save() and delete()",
    "has_receivers": "mind that a bulk call sends no save or delete signals to the model's receivers",
}
