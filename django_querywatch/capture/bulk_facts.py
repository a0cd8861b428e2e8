"""What a call for many rows at once has to keep of a query, or a write, for one: read once for each family."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, signals
from django.db.models.lookups import Exact
from django.db.models.sql import Query

from django_querywatch.capture.attribution import is_of_default_manager
from django_querywatch.capture.lineage import note_of
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.querysets import hides_nothing, joined_paths, unique_sets
from django_querywatch.capture.walk import Walk
from django_querywatch.records import Asked, Bulk

_UPSERTS = ("get_or_create", "update_or_create")
_SAVING = ("save", "create", *_UPSERTS)


def bulk_of_read(queryset: Any, asked: Asked) -> Bulk:
    """For a query that no relation leads to."""
    model = getattr(queryset, "model", None)
    if not _is_model(model):
        return Bulk()
    return Bulk(
        queryset=_written_queryset(queryset),
        is_sliced=bool(getattr(getattr(queryset, "query", None), "is_sliced", False)),
        key=_key(model, asked) or _composite_key(model, queryset),
    )


def bulk_of_write(walk: Walk, model: Any, relation: Any, alias: str) -> Bulk:
    """For a write of one row, or of those that one condition chooses."""
    if not _is_model(model):
        model = _through_model(relation)  # a link that is only inserted is asked for by no queryset
    if not _is_model(model):
        return Bulk()
    is_new = walk.saved is not None and walk.saved._state.adding
    features = connections[alias].features
    is_upsert = walk.method in _UPSERTS
    can_upsert = features.supports_ignore_conflicts and (
        walk.method == "get_or_create" or features.supports_update_conflicts
    )
    return Bulk(
        queryset=_queryset_for_writes(walk, model, alias, is_new),
        unique_fields=_unique_lookup(walk.given, model) if is_upsert and can_upsert else (),
        has_targets=features.supports_update_conflicts_with_target,
        through=_through(walk, relation, alias) if features.supports_ignore_conflicts else None,
        has_own_through=_has_own_through(relation),
        refreshed=_refreshed(walk, model),
        has_expressions=_has_expressions(walk),
        is_new=is_new,
        tables=1 + len(_parents(model)),
        caveats=tuple(_caveats(walk, model, relation)),
    )


def _is_model(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, Model)


def _written_queryset(queryset: Any) -> str | None:
    """How the queryset was written, its conditions and its order aside; None where that cannot be told."""
    note, model = note_of(queryset), queryset.model
    query: Any = queryset.query
    name = _manager_name(note.own_manager if note is not None else None, model)
    if name is None and note is not None and note.manager is not None and is_of_default_manager(note.manager):
        name = model._default_manager.name  # the conditions tell whose rows they are
    if name is None or not is_a(query, Query):
        return None
    is_told = (
        not queryset._prefetch_related_lookups
        and not query.select_for_update
        and not query.extra
        and query.deferred_loading == (frozenset(), True)
        and query.select_related is not True
    )
    if not is_told:
        return None
    joined = ", ".join(f'"{path}"' for path in joined_paths(model, query.select_related))
    return name + _using(queryset._db) + (f".select_related({joined})" if joined else "")


def _manager_name(manager: Any, model: Any) -> str | None:
    name = getattr(manager, "name", None)
    return name if name in model._meta.managers_map else None


def _using(alias: str | None) -> str:
    is_usual = alias is None or (alias == DEFAULT_DB_ALIAS and not settings.DATABASE_ROUTERS)
    return "" if is_usual else f'.using("{alias}")'


def _queryset_for_writes(walk: Walk, model: Any, alias: str, is_new: bool) -> str:
    """A manager that hides no rows, where there is one: `save()` and `delete()` of an object ask none."""
    note, managers = note_of(walk.queryset), model._meta.managers_map
    default = model._default_manager.name
    if walk.saved is None and walk.method in ("update", "delete") and note is not None:
        name = _manager_name(note.own_manager, model) or default
    elif is_new or walk.method in ("create", *_UPSERTS):
        name = "objects" if "objects" in managers else default
    else:
        whole = [name for name, manager in managers.items() if hides_nothing(manager)]
        name = next((name for name in ("objects", default, *whole) if name in whole), "_base_manager")
    return _at(name, alias)


def _at(manager: str, alias: str) -> str:
    return manager if alias == DEFAULT_DB_ALIAS else f'{manager}.using("{alias}")'


def _key(model: Any, asked: Asked) -> str | None:
    """What `in_bulk()` takes as the name of the one field that is asked by, and finds again on each row."""
    if len(asked.filters) != 1 or not asked.is_all_told:
        return None
    name = asked.filters[0].removesuffix("__in")
    field = next((field for field in model._meta.concrete_fields if field.name == name), None)
    if field is None:
        return None
    if field.primary_key:
        return "pk"
    if field.unique:
        return str(field.attname)  # by the name of a relation it would load each object on the other side
    return name if (name,) in unique_sets(model._meta) and not field.is_relation else None


def _composite_key(model: Any, queryset: Any) -> str | None:
    """The primary key where it is made of several columns, which no lookup by one of them tells."""
    query: Any = getattr(queryset, "query", None)
    conditions = query.where.children if is_a(query, Query) else []
    if len(conditions) != 1 or not is_a(conditions[0], Exact) or query.annotations or query.distinct:
        return None
    return "pk" if getattr(conditions[0].lhs, "targets", None) == tuple(model._meta.pk_fields) else None


def _unique_lookup(given: dict[str, Any], model: Any) -> tuple[str, ...]:
    """The fields of a call that makes a row where there is none, if no two rows can have the same values in them."""
    queryset, lookup = given.get("self"), given.get("kwargs") or {}
    by_name: dict[str, Any] = {field.name: field for field in model._meta.concrete_fields}
    by_name |= {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in lookup if name in by_name]
    if len(fields) < max(len(lookup), 1) or any(field.null for field in fields):
        return ()
    # Without defaults of their own, new rows get those of the others.
    has_other_defaults = given.get("create_defaults") is not given.get("update_defaults")
    if has_other_defaults or not _has_no_conditions(queryset):
        return ()
    names = tuple(field.name for field in fields)
    is_unique = len(fields) == 1 and fields[0].unique
    is_set = any(sorted(names) == sorted(unique) for unique in unique_sets(model._meta, deferrable=False))
    return names if is_unique or is_set else ()


def _has_no_conditions(queryset: Any) -> bool:
    """Whether a row that is hidden from the queryset could stand in the way of a new one."""
    query: Any = getattr(queryset, "query", None)
    note = note_of(queryset)
    if not is_a(query, Query) or query.is_sliced:
        return False
    if note is not None and note.manager is not None:  # the object is among what is looked for
        return len(query.where.children) <= 1
    return not query.where.children


def _through(walk: Walk, relation: Any, alias: str) -> str | None:
    if walk.method != "add" or relation is None or relation.kind != "many_to_many":
        return None
    if _through_model(relation) is None or _has_own_through(relation) or _is_symmetrical(relation):
        return None
    return _at(f"{relation.model.__name__}.{relation.name}.through.objects", alias)


def _through_model(relation: Any) -> Any:
    if relation is None:
        return None
    return getattr(getattr(relation.model, relation.name, None), "through", None)


def _has_own_through(relation: Any) -> bool:
    through = _through_model(relation)
    return through is not None and not through._meta.auto_created


def _is_symmetrical(relation: Any) -> bool:
    """The way back is written, too."""
    return bool(getattr(relation.model, relation.name).rel.symmetrical)


def _refreshed(walk: Walk, model: Any) -> tuple[str, ...]:
    """Of a call that saves: the fields that set themselves, unless it names others to save."""
    is_told = walk.method == "save" and walk.given.get("update_fields") is not None
    if walk.method not in ("save", "update_or_create") or is_told:
        return ()
    fields = model._meta.concrete_fields
    return tuple(field.name for field in fields if getattr(field, "auto_now", False))


def _has_expressions(walk: Walk) -> bool:
    values: list[Any] = []
    if walk.method == "save" and walk.saved is not None:
        values += walk.saved.__dict__.values()
    if walk.method == "update":
        values += (walk.given.get("kwargs") or {}).values()
    if walk.method in _UPSERTS:
        values += [*(walk.given.get("kwargs") or {}).values(), *(walk.given.get("defaults") or {}).values()]
    return any(hasattr(type(value), "resolve_expression") for value in values)


def _parents(model: Any) -> list[Any]:
    """The models whose tables hold a part of each row; a proxy's model is none of them."""
    options = model._meta
    return [
        parent for parent in options.all_parents if parent._meta.concrete_model is not options.concrete_model
    ]


def _caveats(walk: Walk, model: Any, relation: Any) -> list[str]:
    """What a call for many rows would leave out: each only for the calls that it is true of."""
    found = ["multi_table"] if _parents(model) else []
    if walk.method in _SAVING:
        if model.save is not Model.save:
            found.append("overrides_save")
        if signals.pre_save.has_listeners(model) or signals.post_save.has_listeners(model):
            found.append("save_receivers")
    if walk.method == "delete":
        if walk.saved is not None and model.delete is not Model.delete:
            found.append("overrides_delete")
        if signals.pre_delete.has_listeners(model) or signals.post_delete.has_listeners(model):
            found.append("delete_receivers")
    through = _through_model(relation)
    if walk.method == "add" and through is not None and signals.m2m_changed.has_listeners(through):
        found.append("m2m_receivers")
    return found
