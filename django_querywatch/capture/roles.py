"""Which frames of Django mean something: their code objects, found by name once and known by identity after.

The one place that knows where things lie in Django. A name that has moved in some Django is listed in
`missing`, and what its frames would have told is simply not known there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from types import CodeType
from typing import Any, NamedTuple

import django

from django_querywatch.capture.places import places

missing: list[str] = []

lookups: set[int] = set()
"""Identities of the code objects by which descriptors build the query for a related object."""


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
RELATED_FIELD = "related_field"
ADMIN_ROW = "admin_row"
ADMIN_QUERYSET = "admin_queryset"
ADMIN_LIST = "admin_list"
VIEW = "view"
CLASS_VIEW = "class_view"
THREAD_HANDLER = "thread_handler"
BOUNDARY = "boundary"
STATEMENT = "statement"
CONNECT = "connect"
DATA_LOOP = "data_loop"
RECORDING = "recording"
PREFETCH_READER = "prefetch_reader"
CHOICES = "choices"
FIELD_GETTER = "field_getter"
RESPONSE = "response"
LAZY = "lazy"

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
    ("django.db.backends.base.base", "BaseDatabaseWrapper.connect", Role(CONNECT)),
    ("django.db.models.sql.compiler", "SQLCompiler.execute_sql", Role(STATEMENT)),
    ("django.db.models.sql.compiler", "SQLInsertCompiler.execute_sql", Role(STATEMENT)),
    ("django.db.models.query", "prefetch_related_objects", Role(PREFETCH)),
    ("django.db.models.base", "Model.save", Role(MODEL_API, "save")),
    ("django.db.models.base", "Model.save_base", Role(MODEL_API, "save")),
    ("django.db.models.base", "Model.delete", Role(MODEL_API, "delete")),
    ("django.db.models.base", "Model.refresh_from_db", Role(MODEL_API, "refresh_from_db")),
    ("django.db.models.deletion", "Collector.delete", Role(COLLECTOR)),
    ("django.db.models.deletion", "Collector.collect", Role(COLLECTOR)),
    ("django.utils.functional", "SimpleLazyObject._setup", Role(LAZY)),
    ("django.template.base", "Node.render_annotated", Role(TEMPLATE_NODE)),
    ("django.template.defaulttags", "RegroupNode.render", Role(DATA_LOOP)),
    ("django.template.defaultfilters", "dictsort", Role(DATA_LOOP)),
    ("django.template.defaultfilters", "dictsortreversed", Role(DATA_LOOP)),
    ("django.core.handlers.base", "BaseHandler._get_response", Role(VIEW)),
    ("django.core.handlers.base", "BaseHandler._get_response_async", Role(VIEW)),
    ("django.views.generic.base", "View.dispatch", Role(CLASS_VIEW)),
    ("asgiref.sync", "SyncToAsync.thread_handler", Role(THREAD_HANDLER)),
)

_LATE_TARGETS: dict[str, tuple[tuple[str, Role], ...]] = {
    "django.contrib.contenttypes.models": tuple(
        (f"ContentTypeManager.{name}", Role(PROCESS_CACHE))
        for name in ("get_for_model", "get_for_models", "get_for_id", "get_by_natural_key")
    ),
    "django.contrib.contenttypes.fields": (
        # Django 6.1 took the descriptor out of the field.
        (
            "GenericForeignKeyDescriptor.__get__"
            if django.VERSION >= (6, 1)
            else "GenericForeignKey.__get__",
            Role(RELATION, "generic"),
        ),
    ),
    "django.forms.models": (("ModelChoiceIterator.__iter__", Role(CHOICES)),),
    "django.contrib.sites.models": (
        ("SiteManager._get_site_by_id", Role(PROCESS_CACHE)),
        ("SiteManager._get_site_by_request", Role(PROCESS_CACHE)),
    ),
    "django.contrib.admin.templatetags.admin_list": (("items_for_result", Role(ADMIN_ROW)),),
    "django.contrib.admin.options": (
        ("BaseModelAdmin.get_queryset", Role(ADMIN_QUERYSET)),
        # The list itself is imported when the first one is asked for, too late to be known by then.
        ("ModelAdmin.get_changelist_instance", Role(ADMIN_LIST)),
        ("ModelAdmin.changelist_view", Role(CLASS_VIEW)),
        ("ModelAdmin.changeform_view", Role(CLASS_VIEW)),
    ),
    **{
        # What it asks is its own affair, and it asks nothing of what was prefetched.
        f"django.core.serializers.{name}": (("Serializer.handle_m2m_field", Role(PREFETCH_READER)),)
        for name in ("python", "xml_serializer")
    },
    "rest_framework.serializers": (
        ("Serializer.to_representation", Role(SERIALIZER, "to_representation")),
        ("ListSerializer.to_representation", Role(SERIALIZER, "to_representation")),
        ("Serializer.to_internal_value", Role(SERIALIZER, "to_internal_value")),
        ("ListSerializer.to_internal_value", Role(DATA_LOOP, "to_internal_value")),
        ("ListSerializer.run_child_validation", Role(DATA_LOOP)),
    ),
    "rest_framework.relations": (
        ("ManyRelatedField.to_internal_value", Role(DATA_LOOP)),
        *(
            (f"{kind}RelatedField.to_internal_value", Role(RELATED_FIELD))
            for kind in ("PrimaryKey", "Slug", "Hyperlinked")
        ),
    ),
    "rest_framework.views": (("APIView.dispatch", Role(CLASS_VIEW)),),
    # A view's own `list()` around it only passes the call on.
    "rest_framework.mixins": tuple(
        (f"{name}ModelMixin.{name.lower()}", Role(BOUNDARY))
        for name in ("List", "Retrieve", "Create", "Update", "Destroy")
    ),
    "ninja.schema": (("DjangoGetter.__getattr__", Role(FIELD_GETTER)),),
    "ninja.operation": (("Operation._result_to_response", Role(RESPONSE)),),
    # Release 3.3 of graphql-core moved it.
    "graphql.execution.execute": (("ExecutionContext.complete_list_value", Role(DATA_LOOP)),),
    "graphql.execution.executor": (("Executor.complete_iterable_value", Role(DATA_LOOP)),),
}
_MANY_RELEASES = ("ninja.", "graphql.")
"""Packages of which a name may be missing without more being wrong than a release that is not known here."""
_MANAGER_FACTORIES = {
    "django.db.models.fields.related_descriptors": (
        "create_reverse_many_to_one_manager",
        "create_forward_many_to_many_manager",
    ),
    "django.contrib.contenttypes.fields": ("create_generic_related_manager",),
}
_waiting = set(_LATE_TARGETS) | set(_MANAGER_FACTORIES)


def recognise() -> None:
    """Look up every code object that means something."""
    missing.clear()
    for module, name, role in _TARGETS:
        _name(module, name, role)
    for descriptor in ("ForwardManyToOneDescriptor", "ReverseOneToOneDescriptor"):
        code = _code("django.db.models.fields.related_descriptors", f"{descriptor}.get_queryset")
        if code is not None:
            lookups.add(id(code))
    for code in _nested_codes(_code("django.core.handlers.exception", "convert_exception_to_response")):
        places.name_role(code, Role(BOUNDARY))
    for factory in ("new_method_proxy", "lazy"):
        for code in _nested_codes(_code("django.utils.functional", factory)):
            places.name_role(code, Role(LAZY))


def recognise_late() -> None:
    """Look up what belongs to applications and packages that may be imported at any time."""
    for module in [module for module in _waiting if _is_imported(module)]:
        _waiting.discard(module)
        for name, role in _LATE_TARGETS.get(module, ()):
            _name(module, name, role)
        for factory in _MANAGER_FACTORIES.get(module, ()):
            for code in _nested_codes(_code(module, factory)):
                places.name_role(code, Role(MANAGER, _manager_api(code.co_name)))


def _is_imported(module: str) -> bool:
    spec = getattr(sys.modules.get(module), "__spec__", None)
    return spec is not None and not getattr(spec, "_initializing", False)


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
        if not module.startswith(_MANY_RELEASES):
            missing.append(f"{module}.{name}")
        return None
    return code if isinstance(code, CodeType) else None


def _nested_codes(code: CodeType | None) -> Iterator[CodeType]:
    for constant in code.co_consts if code else ():
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested_codes(constant)
