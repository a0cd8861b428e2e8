"""What the advice on a family of queries needs to know, read once from one of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Avg, Count, F, Max, Min, StdDev, Sum, Variance

from django_querywatch.capture.bulk_facts import bulk_of_read, bulk_of_write
from django_querywatch.capture.conditions import asked_of, asked_of_relation, exact_names
from django_querywatch.capture.families import shape_of
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.querysets import eager_loading
from django_querywatch.capture.sighting import Sighting
from django_querywatch.capture.walk import Walk
from django_querywatch.records import Eager


def family_facts(sighting: Sighting, alias: str) -> dict[str, Any]:
    """What the advice needs to know; asked for once per family."""
    walk, relation = sighting.walk, sighting.relation
    note, query = sighting.note, getattr(walk.queryset, "query", None)
    is_read = sighting.kind != "write" and relation is not None
    manager = note.manager if note is not None and is_read else None
    facts: dict[str, Any] = {
        "shape": shape_of(walk, relation) if relation is not None else walk.method,
        "lookup": exact_names(query),
        "asked": asked_of(query, walk.method)
        if manager is None
        else asked_of_relation(manager, walk.queryset),
        "model": type(walk.saved) if walk.saved is not None else getattr(walk.queryset, "model", None),
    }
    if sighting.kind == "write":
        facts["shape"] = walk.method
        facts["bulk"] = bulk_of_write(walk, facts["model"], relation, alias)
        facts["is_by_key"] = walk.saved is not None or _is_by_key(facts)
    elif relation is None:
        facts["bulk"] = bulk_of_read(walk.queryset, facts["asked"])
    else:
        instance = relation.instance
        facts["eager"] = eager_loading(walk.queryset) if relation.is_to_many else Eager()
        facts["aggregates"] = _aggregates(walk)
        facts["is_iterator"] = walk.method == "iterator" and not walk.reads_prefetched
        facts["is_prefetch_bypassed"] = relation.name in getattr(instance, "_prefetched_objects_cache", {})
        if relation.kind == "deferred":
            facts["loaded"] = _loaded_names(instance)
    return facts


def _is_by_key(facts: dict[str, Any]) -> bool:
    model, asked = facts["model"], facts["asked"]
    return model is not None and asked.is_all_told and asked.filters == (model._meta.pk.name,)


def _loaded_names(instance: Any) -> tuple[str, ...]:
    deferred = instance.get_deferred_fields()
    fields = (field for field in instance._meta.concrete_fields if not field.primary_key)
    return tuple(field.name for field in fields if field.attname not in deferred)


_AGGREGATES = (Avg, Count, Max, Min, StdDev, Sum, Variance)


def _aggregates(walk: Walk) -> tuple[tuple[str, str, str], ...]:
    """Alias, function and field of each aggregate; nothing where one of them is more than that."""
    found = []
    for alias, expression in walk.aggregated or ():
        name = _aggregated_field(expression, walk.queryset.model)
        if name is None:
            return ()
        found.append((alias, type(expression).__name__, name))
    return tuple(found)


def _aggregated_field(expression: Any, model: Any) -> str | None:
    """The column of the model's own table that an aggregate goes over, where it says nothing else."""
    if type(expression) not in _AGGREGATES:
        return None
    written, options = expression._constructor_args
    if len(written) != 1 or options:  # a condition, a default, distinct values
        return None
    name = getattr(written[0], "name", None) if type(written[0]) is F else written[0]
    if name in ("*", "pk"):
        return str(name)
    columns = {known for field in model._meta.concrete_fields for known in (field.name, field.attname)}
    return name if is_a(name, str) and name in columns else None
