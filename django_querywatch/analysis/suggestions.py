"""The change that cures a finding: from the kind of access and the path, relative to the root queryset."""

from __future__ import annotations

from dataclasses import dataclass

from django_querywatch.records import Kind, Lineage, QueryGroup, StackGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A change, and the queries of the cause that remain with it."""

    call: str | None = None
    """The bare call; None where no fix is proven."""
    words: str | None = None
    queries_needed: int = 1


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
    name, target = access.field.removesuffix("_set"), (access.target or "").rpartition(".")[2]
    back = access.remote_name or "..."
    if group.is_foreign:
        return Suggestion(
            words="a library asks this relation for each row, with conditions of its own: "
            "ask it in one go, or cache its answer"
        )
    if group.shape in ("count", "exists", "aggregate", "contains") and not lineage.path:
        call = {
            "aggregate": _annotation(group, _query_name(access.field)),
            "count": f'annotate({name}_count=Count("{_query_name(access.field)}", distinct=True))',
            "exists": f'annotate(has_{name}=Exists({target}.objects.filter({back}=OuterRef("pk"))))',
        }.get(group.shape)
        return Suggestion(
            call=call, words=None if call else "annotate the queryset with the aggregate", queries_needed=0
        )
    bypassed = (
        "the prefetch is bypassed: filter() asks the database again; " if group.is_prefetch_bypassed else ""
    )
    queryset = (
        f"{target}.objects.filter(...)" if group.shape != "first" else f"{target}.objects.order_by(...)"
    )
    return Suggestion(
        call=f'prefetch_related(Prefetch("{path}", queryset={queryset}, to_attr="..."))',
        words=f"{bypassed}give the Prefetch the same conditions and read the list from its to_attr",
    )


def _annotation(group: QueryGroup, name: str) -> str | None:
    calls = [f'{alias}={function}("{name}__{field}")' for alias, function, field in group.aggregates]
    return f"annotate({', '.join(calls)})" if calls else None


def _query_name(accessor: str) -> str:
    return accessor.removesuffix("_set")


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
    if group.lookup and group.model and group.shape in ("get", "first", "fetch_all", "iterator", "in_bulk"):
        name = group.lookup[0]
        model = group.model.rpartition(".")[2]
        if group.shape == "get" and len(group.lookup) == 1:
            return Suggestion(
                call="in_bulk(...)", words=f"fetch the {model} objects before the loop, by their keys"
            )
        return Suggestion(
            call=f"filter({name}__in=[...])" if len(group.lookup) == 1 else None,
            words="ask once before the loop, and group the rows in Python",
        )
    if group.shape in ("get", "in_bulk") and group.model:
        return Suggestion(call="in_bulk(...)", words="fetch the objects before the loop, by all their keys")
    return Suggestion(words="ask once for all rows before the loop")


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
