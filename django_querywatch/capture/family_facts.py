"""What the advice on a family of queries needs to know, read once from one of them."""

from __future__ import annotations

from typing import Any

from django_querywatch.capture.conditions import asked_of, asked_of_relation, exact_names
from django_querywatch.capture.libraries import is_librarys
from django_querywatch.capture.querysets import eager_paths
from django_querywatch.capture.sightings import Sighting, shape_of
from django_querywatch.capture.walk import Walk


def family_facts(sighting: Sighting) -> dict[str, Any]:
    """What the advice needs to know; asked for once per family."""
    walk, relation = sighting.walk, sighting.relation
    note, query = sighting.note, getattr(walk.queryset, "query", None)
    is_read = sighting.kind != "write" and relation is not None
    manager = note.manager if note is not None and is_read else None
    facts: dict[str, Any] = {
        "shape": shape_of(walk, relation) if relation is not None else walk.method,
        "lookup": exact_names(query),
        "asked": asked_of(query) if manager is None else asked_of_relation(manager, query),
        "has_line": walk.site is not None,
        # Between a raw statement and its caller may stand the cursor wrappers of instruments: they ask nothing.
        "is_foreign": (note is not None and note.is_foreign) or (bool(walk.method) and is_librarys(walk.key)),
        "built": note.site if note is not None else None,
        "model": type(walk.saved) if walk.saved is not None else getattr(walk.queryset, "model", None),
    }
    if sighting.kind == "write":
        facts["shape"] = walk.method
        facts["caveats"] = _caveats(facts["model"])
    elif relation is not None:
        instance = relation.instance
        facts["eager"] = eager_paths(walk.queryset) if relation.is_to_many else ()
        facts["aggregates"] = _aggregates(walk)
        facts["is_prefetch_bypassed"] = relation.name in getattr(instance, "_prefetched_objects_cache", {})
        if relation.kind == "deferred":
            facts["loaded"] = _loaded_names(instance)
    return facts


def _loaded_names(instance: Any) -> tuple[str, ...]:
    deferred = instance.get_deferred_fields()
    fields = (field for field in instance._meta.concrete_fields if not field.primary_key)
    return tuple(field.name for field in fields if field.attname not in deferred)


def _caveats(model: Any) -> tuple[str, ...]:
    """What a bulk write would leave out for this model."""
    from django.db.models import Model, signals

    if not isinstance(model, type) or not issubclass(model, Model):
        return ()
    caveats = ["multi_table"] if model._meta.parents else []
    if model.save is not Model.save or model.delete is not Model.delete:
        caveats.append("overrides_save")
    watched = (signals.pre_save, signals.post_save, signals.pre_delete, signals.post_delete)
    if any(signal.has_listeners(model) for signal in watched):
        caveats.append("has_receivers")
    return tuple(caveats)


def _aggregates(walk: Walk) -> tuple[tuple[str, str, str], ...]:
    found = []
    for alias, expression in getattr(walk, "aggregated", None) or ():
        sources = expression.get_source_expressions()
        name = getattr(sources[0], "name", None) if sources else None
        if not isinstance(name, str):
            return ()
        found.append((alias, type(expression).__name__, name))
    return tuple(found)
