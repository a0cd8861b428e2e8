"""The relation that asked for a query, from the descriptor or the related manager that Django was led to."""

from __future__ import annotations

from typing import Any, NamedTuple


class Relation(NamedTuple):
    """A relation of one instance, as the ORM was led to it."""

    kind: str
    """forward, parent_link, reverse_one_to_one, deferred, generic, library, reverse, many_to_many or
    generic_relation."""
    instance: Any
    name: str
    """Accessor, as `prefetch_related` writes it."""
    model: Any
    """The model that owns the accessor."""
    target: Any = None
    """The model on the other side; None where it depends on the row."""
    remote_name: str | None = None
    """The way back, as a filter on the target writes it; None where no filter can."""
    query_name: str | None = None
    """The relation as a filter writes it, where that is not its name: ``order`` for ``order_set``."""
    key_name: str = "pk"
    """The field of the instance that the other side refers to."""
    manager_name: str = "objects"
    """The manager of the target that the relation asks."""

    @property
    def is_to_many(self) -> bool:
        return self.kind in ("reverse", "many_to_many", "generic_relation")


def relation_of_descriptor(kind: str, names: Any) -> Relation | None:
    """The relation that a descriptor's frame fetches, from the frame's local names."""
    descriptor, instance = names["self"], names["instance"]
    if instance is None:
        return None
    if kind == "reverse_one_to_one":
        rel = descriptor.related
        name = rel.get_accessor_name()
        return Relation(kind, instance, name, rel.model, rel.related_model, rel.field.name, rel.name)
    field = getattr(descriptor, "field", descriptor)
    if kind == "generic":
        return Relation(kind, instance, field.name, field.model)
    if kind == "deferred":
        return Relation(kind, instance, field.name, field.model)
    if field.remote_field.parent_link:
        kind = "parent_link"
    return Relation(
        kind, instance, field.name, field.model, field.remote_field.model, field.related_query_name()
    )


def relation_of_manager(manager: Any) -> Relation | None:
    """The relation that a related manager stands for; None for other managers."""
    instance = getattr(manager, "instance", None)
    if instance is None:
        return None
    if hasattr(manager, "through"):
        return _many_to_many(manager, instance)._replace(manager_name=_name_of(manager))
    if hasattr(manager, "content_type"):
        field = instance._meta.get_field(manager.prefetch_cache_name)
        relation = Relation("generic_relation", instance, field.name, field.model, manager.model)
        return relation._replace(manager_name=_name_of(manager))
    field = getattr(manager, "field", None)
    if field is None:  # not yet initialised: its own `__init__` asks for a content type
        return None
    rel = field.remote_field
    name = rel.get_accessor_name()
    key_name = _key_name(field)
    remote_name = field.name if key_name is not None else None
    return Relation(
        "reverse",
        instance,
        name,
        rel.model,
        manager.model,
        remote_name,
        rel.name,
        key_name or "pk",
        _name_of(manager),
    )


def is_of_default_manager(manager: Any) -> bool:
    """Whether a related manager asks what the default manager of its model does, as a prefetch would."""
    return type(manager).__mro__[1] is type(manager.model._default_manager)


def _name_of(manager: Any) -> str:
    """The name that the model has for the manager that a related manager asks."""
    model, made_of = manager.model, type(manager).__mro__[1]
    candidates: tuple[Any, ...] = (model._default_manager, *model._meta.managers)
    names = {own.__class__: str(own.name) for own in reversed(candidates)}
    return names.get(made_of, str(candidates[0].name))


def _key_name(key: Any) -> str | None:
    """The field that a key refers to, as a reference to it writes it; None where it refers to several."""
    fields = key.foreign_related_fields
    if len(fields) != 1:
        return None
    return "pk" if fields[0].primary_key else str(fields[0].name)


def _many_to_many(manager: Any, instance: Any) -> Relation:
    remote_name = manager.query_field_name
    if manager.reverse:
        rel = manager.model._meta.get_field(remote_name).remote_field
        name, model = rel.get_accessor_name() or manager.prefetch_cache_name, rel.model
        query_name = rel.name
    else:
        field = instance._meta.get_field(manager.prefetch_cache_name)
        name, model, query_name = field.name, field.model, field.name
    key_name = _key_name(manager.source_field)
    if (
        key_name is None or not remote_name.isidentifier()
    ):  # the hidden end of a relation: ``_shelf_book_tags_+``
        remote_name = None
    return Relation(
        "many_to_many", instance, name, model, manager.model, remote_name, query_name, key_name or "pk"
    )


def is_to_many(instance: Any, accessor: str) -> bool:
    """Whether an accessor of an instance leads to many rows."""
    descriptor = getattr(type(instance), accessor, None)
    return hasattr(descriptor, "related_manager_cls")
