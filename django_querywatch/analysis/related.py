"""Changes that let one query answer for all rows what each row asks of a to-many relation."""

from __future__ import annotations

from dataclasses import dataclass

from django_querywatch.records import Asked, Lineage, QueryGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A change, and the queries of the cause that remain with it."""

    call: str | None = None
    """The bare call; None where no fix is proven."""
    words: str | None = None
    queries_needed: int = 1


def annotated(group: QueryGroup, lineage: Lineage) -> Suggestion:
    """An annotation of the root queryset: a count, an existence or an aggregate, under the same conditions."""
    access, asked = group.access, group.asked
    assert access is not None
    name, target = access.field.removesuffix("_set"), (access.target or "").rpartition(".")[2]
    to_relation = "__".join((*lineage.path, access.query_name))
    conditions = ", ".join(_conditions(asked, f"{to_relation}__"))
    condition = f", filter=Q({conditions})" if conditions else ""
    if group.shape == "exists":
        to_row = "__".join((*lineage.path, "pk"))
        filters = ", ".join([f'{access.remote_name or "..."}=OuterRef("{to_row}")', *_conditions(asked)])
        alias, call = f"has_{name}", f"Exists({target}.objects.filter({filters}))"
    elif group.shape == "count":
        alias, call = f"{name}_count", f'Count("{to_relation}"{condition}, distinct=True)'
    elif group.aggregates:
        calls = [
            f'{alias}={function}("{to_relation}__{field}"{condition})'
            for alias, function, field in group.aggregates
        ]
        return Suggestion(call=f"annotate({', '.join(calls)})", queries_needed=0)
    else:
        return Suggestion(words="annotate the queryset with the aggregate", queries_needed=0)
    return Suggestion(
        call=f"annotate({alias}={call})",
        words=f"{_bypassed(group)}then read {alias} from each row instead",
        queries_needed=0,
    )


def prefetched(group: QueryGroup, path: str) -> Suggestion:
    """A prefetch under the same conditions, in a list of its own."""
    access = group.access
    assert access is not None
    target = (access.target or "").rpartition(".")[2]
    return Suggestion(
        call=f'prefetch_related(Prefetch("{path}", queryset={_queryset(group, target)}, to_attr="..."))',
        words=f"{_bypassed(group)}give the Prefetch the same conditions and read the list from its to_attr",
    )


def _bypassed(group: QueryGroup) -> str:
    is_bypassed = group.is_prefetch_bypassed and group.asked.has_own
    return "the prefetch is bypassed: filter() asks the database again; " if is_bypassed else ""


def _conditions(asked: Asked, prefix: str = "") -> list[str]:
    """The conditions with the values left out; an ellipsis stands for those that cannot be told."""
    return [*(f"{prefix}{name}=..." for name in asked.filters), *([] if asked.is_all_told else ["..."])]


def _queryset(group: QueryGroup, target: str) -> str:
    asked = group.asked
    filters = _conditions(asked)
    calls = [f".filter({', '.join(filters)})"] if filters else []
    if asked.ordering:
        names = ", ".join(f'"{name}"' for name in asked.ordering)
        calls.append(f".order_by({names})")
    if asked.limit is not None and group.shape in ("filter", "values"):
        calls.append(f"[:{asked.limit}]")
    return f"{target}.objects{''.join(calls) or '.all()'}"
