"""What a walk learns from each of Django's own frames that it meets."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Any

from django.db.models import Model

from django_querywatch.capture import roles
from django_querywatch.capture.attribution import is_to_many, relation_of_descriptor, relation_of_manager
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.roles import Role
from django_querywatch.capture.sites import ClassSite, template_site, view_site
from django_querywatch.capture.walk import Walk

_TAKING_VALUES = ("update", "get_or_create", "update_or_create")
"""Methods of a queryset whose arguments the advice needs to know."""


def _meet_statement(walk: Walk, role: Role, frame: FrameType) -> bool:
    """The ORM or a user hands over the statement: other wrappers and backends below are nobody's call site."""
    walk.site = walk.site_frame = walk.below = None
    walk.site_depth = -1
    walk.key.clear()
    walk.project_sites.clear()
    return False


def _meet_connect(walk: Walk, role: Role, frame: FrameType) -> bool:
    """A backend, or a receiver of `connection_created`, sets up a connection: on whose turn, is chance."""
    walk.is_set_up = True
    return True


def _meet_relation(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.relation is None and walk.seeks_call and walk.prefetched is None:
        walk.relation = relation_of_descriptor(role.name, frame.f_locals)
    return False


def _meet_queryset(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.seeks_call:
        if walk.queryset is None and walk.prefetched is None:
            walk.queryset = frame.f_locals.get("self")
        elif walk.prefetched is not None and walk.owner is None and role.name in ("fetch_all", "iterator"):
            walk.owner = frame.f_locals.get("self")
        if role.name == "iterator":
            walk.is_unchunked = frame.f_locals.get("chunk_size", 0) is None
        if role.name == "aggregate":
            walk.aggregated = list(frame.f_locals.get("kwargs", {}).items())  # Django has put all there
        if role.name in _TAKING_VALUES:
            walk.given = dict(frame.f_locals)
        if walk.prefetched is None and not (walk.method in roles.WRITE_METHODS and role.name == "fetch_all"):
            walk.method = role.name
    return False


def _meet_manager(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.seeks_call:
        if walk.manager_relation is None:
            manager = frame.f_locals.get("self")
            walk.manager_relation = relation_of_manager(manager) if manager is not None else None
        if role.name and walk.prefetched is None:
            walk.method = role.name
    return False


def _meet_model(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.seeks_call:
        walk.method = role.name
        walk.given = dict(frame.f_locals)
        walk.saved = walk.given.get("self")
    return False


def _meet_collector(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.seeks_call:
        walk.method = "delete"
    return False


def _meet_bulk(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.seeks_call:
        walk.is_batch = True
        walk.method = role.name
    return False


def _meet_prefetch(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.relation is not None and walk.relation.kind == "deferred":
        return False  # a column that the prefetch reads of each row: no query of the prefetch itself
    if walk.seeks_call and walk.prefetched is None:
        names = frame.f_locals
        instances = list(names.get("obj_list") or names.get("model_instances") or ())
        walk.prefetched = instances
        if instances and "lookup" in names:
            name = names["lookup"].get_current_to_attr(names["level"])[0]
            walk.prefetch_step = name, is_to_many(instances[0], names["through_attr"])
    return False


def _meet_cache_fill(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.is_cache_fill = walk.is_cache_fill or walk.seeks_call
    return False


def _meet_lazy(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.is_lazy = walk.is_lazy or walk.site is None
    return False


def _meet_data_loop(walk: Walk, role: Role, frame: FrameType) -> bool:
    """A framework's function that goes through rows or keys in C."""
    walk.has_loop = walk.has_loop or not walk.crossed
    if role.name and walk.site is None:
        walk.serializer = frame.f_locals.get("self"), role.name
    return False


def _meet_prefetch_reader(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.reads_prefetched = walk.reads_prefetched or walk.site is None
    return False


def _meet_choices(walk: Walk, role: Role, frame: FrameType) -> bool:
    """A form's field asks a copy of its queryset, which no prefetch has filled."""
    walk.is_choices = walk.is_choices or walk.seeks_call
    return False


def _meet_template_node(walk: Walk, role: Role, frame: FrameType) -> bool:
    node = frame.f_locals["self"]
    if "forloop.first" in getattr(getattr(node, "token", None), "contents", ""):
        walk.leaves_early = True
    site = template_site(frame)
    if site is None:
        return False
    walk.key.append(site)
    if not walk.crossed:
        if site.is_project:
            if walk.site is None:
                walk.site, walk.site_frame, walk.site_node = site, frame, node
        elif site.has_file:
            walk.library_site = walk.library_site or site
        elif walk.site is None:
            walk.unfiled_site = walk.unfiled_site or site
    return False


def _meet_serializer(walk: Walk, role: Role, frame: FrameType) -> bool:
    names = frame.f_locals
    field = names.get("field")
    if walk.site is None:
        walk.serializer = names["self"], role.name
    if field is not None:
        if role.name == "to_internal_value":  # the values are a client's, and no row's of the project
            walk.is_frameworks_own = walk.is_frameworks_own or (walk.site or walk.fallback) is None
        site = ClassSite(type(names["self"]), (field.field_name,))
        if walk.is_related_field and walk.declaring is None:
            walk.declaring = site
        _fall_back(walk, site)
    return False


def _meet_related_field(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.is_related_field = walk.is_related_field or walk.site is None
    return False


def _meet_field_getter(walk: Walk, role: Role, frame: FrameType) -> bool:
    """A schema of django-ninja reads a field; pydantic goes through the rows in compiled code."""
    names = frame.f_locals
    getter, field_name = names["self"], names["key"]
    if walk.serialized is None:
        walk.serialized = getter._obj
    _fall_back(walk, ClassSite(getter._schema_cls, (field_name,)))
    return False


def _meet_response(walk: Walk, role: Role, frame: FrameType) -> bool:
    """What django-ninja makes a response of: what is read there belongs to one of several rows, if not to all of it."""
    row, result = walk.serialized, frame.f_locals.get("result")
    if is_a(row, Model) and row is not result and not walk.crossed:
        walk.has_loop = True
        walk.carriers.append(row)
    if (operation := view_site(getattr(frame.f_locals["self"], "view_func", None))) is not None:
        _fall_back(walk, operation)
    return False


def _meet_admin_row(walk: Walk, role: Role, frame: FrameType) -> bool:
    names = frame.f_locals
    field_name = names.get("field_name")
    wanted = (str(field_name), "list_display") if is_a(field_name, str) else ("list_display",)
    _fall_back(walk, ClassSite(type(names["cl"].model_admin), wanted))
    return False


def _meet_class_view(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.is_frameworks_own = walk.is_frameworks_own or (walk.site or walk.fallback) is None
    walk.view = type(frame.f_locals["self"])
    _fall_back(walk, ClassSite(walk.view, ("queryset", "model")))
    walk.crossed = True
    return False


def _meet_boundary(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.crossed = True
    return False


def _meet_view(walk: Walk, role: Role, frame: FrameType) -> bool:
    """The handler's own frame: what lies above is the same for the whole request."""
    if walk.spans_requests:
        walk.names.append(id(frame.f_locals.get("request")))
    callback = frame.f_locals.get("callback")
    # A response that is rendered late has left the class's own frames.
    walk.view = walk.view or getattr(callback, "view_class", callback)
    if walk.site is None:
        walk.is_frameworks_own = walk.is_frameworks_own or walk.fallback is None
        site = view_site(callback) if callback is not None else None
        if site is not None:
            _fall_back(walk, site)
    return True


def _fall_back(walk: Walk, site: Any) -> None:
    if walk.site is None and (not is_a(site, ClassSite) or site.is_written):
        if walk.fallback is None and site.is_project:
            walk.fallback = site
        elif walk.library_site is None:
            walk.library_site = site


MEETINGS: dict[str, Callable[[Walk, Role, FrameType], bool]] = {
    roles.STATEMENT: _meet_statement,
    roles.CONNECT: _meet_connect,
    roles.RELATION: _meet_relation,
    roles.QUERYSET: _meet_queryset,
    roles.MANAGER: _meet_manager,
    roles.MODEL_API: _meet_model,
    roles.COLLECTOR: _meet_collector,
    roles.BULK: _meet_bulk,
    roles.PREFETCH: _meet_prefetch,
    roles.PROCESS_CACHE: _meet_cache_fill,
    roles.LAZY: _meet_lazy,
    roles.ADMIN_QUERYSET: lambda walk, role, frame: False,
    roles.ADMIN_LIST: lambda walk, role, frame: False,
    roles.RECORDING: lambda walk, role, frame: True,
    roles.DATA_LOOP: _meet_data_loop,
    roles.PREFETCH_READER: _meet_prefetch_reader,
    roles.CHOICES: _meet_choices,
    roles.TEMPLATE_NODE: _meet_template_node,
    roles.SERIALIZER: _meet_serializer,
    roles.RELATED_FIELD: _meet_related_field,
    roles.ADMIN_ROW: _meet_admin_row,
    roles.FIELD_GETTER: _meet_field_getter,
    roles.RESPONSE: _meet_response,
    roles.CLASS_VIEW: _meet_class_view,
    roles.BOUNDARY: _meet_boundary,
    roles.VIEW: _meet_view,
}
