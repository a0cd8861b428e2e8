"""Which relation asked for a query: Django's own frames, recognised by their code objects.

The one place that knows the names of Django's internals. A name that has moved in some Django is reported by
`missing_targets()`, and what it would have told is simply not known there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from types import CodeType
from typing import Any, NamedTuple

from django_querywatch.capture.places import places

missing: list[str] = []


class Relation(NamedTuple):
    """A relation of one instance, as the ORM was led to it."""

    kind: str
    """forward, parent_link, reverse_one_to_one, deferred, generic, reverse, many_to_many or generic_relation."""
    instance: Any
    name: str
    """Accessor, as `prefetch_related` writes it."""
    model: Any
    """The model that owns the accessor."""
    target: Any = None
    """The model on the other side; None where it depends on the row."""
    remote_name: str | None = None
    """The way back, as a filter on the target writes it."""

    @property
    def is_to_many(self) -> bool:
        return self.kind in ("reverse", "many_to_many", "generic_relation")


class Role(NamedTuple):
    """What a frame of Django means when it is met on the stack."""

    kind: str
    name: str = ""


RELATION = "relation"
MANAGER = "manager"
QUERYSET = "queryset"
MODEL_API = "model_api"
PREFETCH = "prefetch"
BULK = "bulk"
PROCESS_CACHE = "process_cache"
COLLECTOR = "collector"
TEMPLATE_NODE = "template_node"
SERIALIZER = "serializer"
ADMIN_ROW = "admin_row"
VIEW = "view"
CLASS_VIEW = "class_view"
THREAD_HANDLER = "thread_handler"
BOUNDARY = "boundary"
STATEMENT = "statement"
DATA_LOOP = "data_loop"
RECORDING = "recording"

_QUERYSET_METHODS = (
    "_fetch_all",
    "count",
    "exists",
    "contains",
    "aggregate",
    "get",
    "first",
    "last",
    "earliest",
    "latest",
    "in_bulk",
    "iterator",
    "_iterator",
    "update",
    "_update",
    "delete",
    "_raw_delete",
    "create",
    "get_or_create",
    "update_or_create",
)
WRITE_METHODS = frozenset(
    {
        "update",
        "delete",
        "create",
        "get_or_create",
        "update_or_create",
        "save",
        "add",
        "set",
        "remove",
        "clear",
    }
)

# (module, dotted name, role): every frame of Django that means something.
_TARGETS: tuple[tuple[str, str, Role], ...] = (
    (
        "django.db.models.fields.related_descriptors",
        "ForwardManyToOneDescriptor.__get__",
        Role(RELATION, "forward"),
    ),
    (
        "django.db.models.fields.related_descriptors",
        "ReverseOneToOneDescriptor.__get__",
        Role(RELATION, "reverse_one_to_one"),
    ),
    ("django.db.models.query_utils", "DeferredAttribute.__get__", Role(RELATION, "deferred")),
    *(
        ("django.db.models.query", f"QuerySet.{name}", Role(QUERYSET, name.lstrip("_")))
        for name in _QUERYSET_METHODS
    ),
    ("django.db.models.query", "RawQuerySet._fetch_all", Role(QUERYSET, "fetch_all")),
    ("django.db.models.query", "RawQuerySet.iterator", Role(QUERYSET, "iterator")),
    ("django.db.models.query", "QuerySet.bulk_create", Role(BULK, "bulk_create")),
    ("django.db.models.query", "QuerySet.bulk_update", Role(BULK, "bulk_update")),
    ("django.db.backends.utils", "CursorWrapper._execute_with_wrappers", Role(STATEMENT)),
    ("django.db.models.sql.compiler", "SQLCompiler.execute_sql", Role(STATEMENT)),
    ("django.db.models.query", "prefetch_related_objects", Role(PREFETCH)),
    ("django.db.models.base", "Model.save", Role(MODEL_API, "save")),
    ("django.db.models.base", "Model.save_base", Role(MODEL_API, "save")),
    ("django.db.models.base", "Model.delete", Role(MODEL_API, "delete")),
    ("django.db.models.base", "Model.refresh_from_db", Role(MODEL_API, "refresh_from_db")),
    ("django.db.models.deletion", "Collector.delete", Role(COLLECTOR)),
    ("django.db.models.deletion", "Collector.collect", Role(COLLECTOR)),
    ("django.template.base", "Node.render_annotated", Role(TEMPLATE_NODE)),
    ("django.template.defaulttags", "RegroupNode.render", Role(DATA_LOOP)),
    ("django.template.defaultfilters", "dictsort", Role(DATA_LOOP)),
    ("django.template.defaultfilters", "dictsortreversed", Role(DATA_LOOP)),
    ("django.core.handlers.base", "BaseHandler._get_response", Role(VIEW)),
    ("django.core.handlers.base", "BaseHandler._get_response_async", Role(VIEW)),
    ("django.views.generic.base", "View.dispatch", Role(CLASS_VIEW)),
    ("asgiref.sync", "SyncToAsync.thread_handler", Role(THREAD_HANDLER)),
)

_OPTIONAL_TARGETS: tuple[tuple[str, str, Role], ...] = (
    ("django.contrib.contenttypes.models", "ContentTypeManager.get_for_model", Role(PROCESS_CACHE)),
    ("django.contrib.contenttypes.models", "ContentTypeManager.get_for_models", Role(PROCESS_CACHE)),
    ("django.contrib.contenttypes.models", "ContentTypeManager.get_for_id", Role(PROCESS_CACHE)),
    ("django.contrib.contenttypes.models", "ContentTypeManager.get_by_natural_key", Role(PROCESS_CACHE)),
    ("django.contrib.sites.models", "SiteManager._get_site_by_id", Role(PROCESS_CACHE)),
    ("django.contrib.sites.models", "SiteManager._get_site_by_request", Role(PROCESS_CACHE)),
    ("django.contrib.admin.templatetags.admin_list", "items_for_result", Role(ADMIN_ROW)),
    ("django.contrib.admin.options", "ModelAdmin.changelist_view", Role(CLASS_VIEW)),
    ("django.contrib.admin.options", "ModelAdmin.changeform_view", Role(CLASS_VIEW)),
    ("rest_framework.serializers", "Serializer.to_representation", Role(SERIALIZER)),
    ("rest_framework.relations", "ManyRelatedField.to_internal_value", Role(DATA_LOOP)),
    ("rest_framework.serializers", "ListSerializer.to_internal_value", Role(DATA_LOOP)),
    ("rest_framework.serializers", "ListSerializer.run_child_validation", Role(DATA_LOOP)),
    ("rest_framework.views", "APIView.dispatch", Role(CLASS_VIEW)),
)


def recognise() -> None:
    """Look up every code object that means something; again when an optional application has been imported."""
    missing.clear()
    for module, name, role in _TARGETS:
        _name(module, name, role)
    for module, name, role in (*_OPTIONAL_TARGETS, *_generic_targets()):
        if _is_imported(module):
            _name(module, name, role)
    for module, factory in _MANAGER_FACTORIES:
        if _is_imported(module):
            for code in _nested_codes(_code(module, factory)):
                places.name_role(code, Role(MANAGER, _manager_api(code.co_name)))
    for code in _nested_codes(_code("django.core.handlers.exception", "convert_exception_to_response")):
        places.name_role(code, Role(BOUNDARY))


def _generic_targets() -> tuple[tuple[str, str, Role], ...]:
    module = "django.contrib.contenttypes.fields"
    if not _is_imported(module):
        return ()
    # Django 6.1 took the descriptor out of the field.
    owner = (
        "GenericForeignKeyDescriptor"
        if hasattr(import_module(module), "GenericForeignKeyDescriptor")
        else "GenericForeignKey"
    )
    return ((module, f"{owner}.__get__", Role(RELATION, "generic")),)


_MANAGER_FACTORIES = (
    ("django.db.models.fields.related_descriptors", "create_reverse_many_to_one_manager"),
    ("django.db.models.fields.related_descriptors", "create_forward_many_to_many_manager"),
    ("django.contrib.contenttypes.fields", "create_generic_related_manager"),
)


def _is_imported(module: str) -> bool:
    return module in sys.modules


def _manager_api(name: str) -> str:
    return name if name in WRITE_METHODS or name in ("count", "exists") else ""


def _name(module: str, name: str, role: Role) -> None:
    code = _code(module, name)
    if code is not None:
        places.name_role(code, role)
        if role.kind == DATA_LOOP:  # Python 3.11 compiles a comprehension to a code object of its own
            for nested in _nested_codes(code):
                places.name_role(nested, role)


def _code(module: str, name: str) -> CodeType | None:
    target: Any = import_module(module)
    try:
        for part in name.split("."):
            target = target.__dict__[part] if isinstance(target, type) else getattr(target, part)
        target = getattr(target, "__func__", target)
        while hasattr(target, "__wrapped__"):
            target = target.__wrapped__
        code = target.__code__
    except (AttributeError, KeyError):
        missing.append(f"{module}.{name}")
        return None
    return code if isinstance(code, CodeType) else None


def _nested_codes(code: CodeType | None) -> Iterator[CodeType]:
    for constant in code.co_consts if code else ():
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested_codes(constant)


def relation_of_descriptor(kind: str, names: Any) -> Relation | None:
    """The relation that a descriptor's frame fetches, from the frame's local names."""
    descriptor, instance = names["self"], names["instance"]
    if instance is None:
        return None
    if kind == "reverse_one_to_one":
        rel = descriptor.related
        return Relation(kind, instance, rel.get_accessor_name(), rel.model, rel.related_model, rel.field.name)
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
        return _many_to_many(manager, instance)
    if hasattr(manager, "content_type"):
        field = instance._meta.get_field(manager.prefetch_cache_name)
        return Relation("generic_relation", instance, field.name, field.model, manager.model)
    field = getattr(manager, "field", None)
    if field is None:  # not yet initialised: its own `__init__` asks for a content type
        return None
    rel = field.remote_field
    return Relation("reverse", instance, rel.get_accessor_name(), rel.model, manager.model, field.name)


def _many_to_many(manager: Any, instance: Any) -> Relation:
    remote_name = manager.query_field_name
    if manager.reverse:
        rel = manager.model._meta.get_field(remote_name).remote_field
        name, model = rel.get_accessor_name() or manager.prefetch_cache_name, rel.model
    else:
        field = instance._meta.get_field(manager.prefetch_cache_name)
        name, model = field.name, field.model
    return Relation("many_to_many", instance, name, model, manager.model, remote_name)


def is_to_many(instance: Any, accessor: str) -> bool:
    """Whether an accessor of an instance leads to many rows."""
    descriptor = getattr(type(instance), accessor, None)
    return hasattr(descriptor, "related_manager_cls")
