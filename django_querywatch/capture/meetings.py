"""What a walk learns from each of Django's own frames that it meets."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Any

from django.db.models import Aggregate, Model

from django_querywatch.capture import roles
from django_querywatch.capture.attribution import is_to_many, relation_of_descriptor, relation_of_manager
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.roles import Role
from django_querywatch.capture.sites import ClassSite, TemplateSite, view_site
from django_querywatch.capture.walk import Walk


def _meet_statement(walk: Walk, role: Role, frame: FrameType) -> bool:
    """The ORM or a user hands over the statement: other wrappers and backends below are nobody's call site."""
    walk.site = walk.site_frame = walk.below = None
    walk.site_depth = -1
    walk.key.clear()
    walk.project_sites.clear()
    return False


def _meet_relation(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.relation is None and walk.site is None and walk.prefetched is None:
        walk.relation = relation_of_descriptor(role.name, frame.f_locals)
    return False


def _meet_queryset(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.site is None:
        if walk.queryset is None and walk.prefetched is None:
            walk.queryset = frame.f_locals.get("self")
        elif walk.prefetched is not None and walk.owner is None and role.name in ("fetch_all", "iterator"):
            walk.owner = frame.f_locals.get("self")
        if role.name == "aggregate":
            names = frame.f_locals
            positional = [(one.default_alias, one) for one in names.get("args", ()) if is_a(one, Aggregate)]
            walk.aggregated = [*positional, *names.get("kwargs", {}).items()]
        if walk.prefetched is None and not (walk.method in roles.WRITE_METHODS and role.name == "fetch_all"):
            walk.method = role.name
    return False


def _meet_manager(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.site is None:
        if walk.manager_relation is None:
            manager = frame.f_locals.get("self")
            walk.manager_relation = relation_of_manager(manager) if manager is not None else None
        if role.name and walk.prefetched is None:
            walk.method = role.name
    return False


def _meet_model(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.site is None:
        walk.method = role.name
        walk.saved = frame.f_locals.get("self")
    return False


def _meet_collector(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.site is None:
        walk.method = "delete"
    return False


def _meet_bulk(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.site is None:
        walk.is_batch = True
        walk.method = role.name
    return False


def _meet_prefetch(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.site is None and walk.prefetched is None:
        names = frame.f_locals
        instances = list(names.get("obj_list") or names.get("model_instances") or ())
        walk.prefetched = instances
        if instances and "lookup" in names:
            name = names["lookup"].get_current_to_attr(names["level"])[0]
            walk.prefetch_step = name, is_to_many(instances[0], names["through_attr"])
    return False


def _meet_cache_fill(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.is_cache_fill = walk.is_cache_fill or walk.site is None
    return False


def _meet_data_loop(walk: Walk, role: Role, frame: FrameType) -> bool:
    """A framework's function that goes through rows or keys in C."""
    walk.has_loop = walk.has_loop or not walk.crossed
    return False


def _meet_prefetch_reader(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.reads_prefetched = walk.reads_prefetched or walk.site is None
    return False


def _meet_template_node(walk: Walk, role: Role, frame: FrameType) -> bool:
    node = frame.f_locals["self"]
    if "forloop.first" in getattr(getattr(node, "token", None), "contents", ""):
        walk.leaves_early = True
    if getattr(node, "token", None) is None or getattr(node, "origin", None) is None:
        return False
    site = TemplateSite(node)
    walk.key.append(site)
    if not walk.crossed:
        if site.is_project:
            if walk.site is None:
                walk.site, walk.site_frame, walk.site_node = site, frame, node
        else:
            walk.library_site = walk.library_site or site
    return False


def _meet_serializer(walk: Walk, role: Role, frame: FrameType) -> bool:
    names = frame.f_locals
    field = names.get("field")
    if field is not None:
        _fall_back(walk, ClassSite(type(names["self"]), (field.field_name,)))
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
    return False


def _meet_admin_row(walk: Walk, role: Role, frame: FrameType) -> bool:
    names = frame.f_locals
    field_name = names.get("field_name")
    wanted = (str(field_name), "list_display") if is_a(field_name, str) else ("list_display",)
    _fall_back(walk, ClassSite(type(names["cl"].model_admin), wanted))
    return False


def _meet_class_view(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.is_frameworks_own = walk.is_frameworks_own or (walk.site or walk.fallback) is None
    _fall_back(walk, ClassSite(type(frame.f_locals["self"]), ("queryset", "model")))
    walk.crossed = True
    return False


def _meet_boundary(walk: Walk, role: Role, frame: FrameType) -> bool:
    walk.crossed = True
    return False


def _meet_view(walk: Walk, role: Role, frame: FrameType) -> bool:
    """The handler's own frame: what lies above is the same for the whole request."""
    if walk.spans_requests:
        walk.names.append(id(frame.f_locals.get("request")))
    if walk.site is None:
        walk.is_frameworks_own = walk.is_frameworks_own or walk.fallback is None
        callback = frame.f_locals.get("callback")
        site = view_site(callback) if callback is not None else None
        if site is not None:
            _fall_back(walk, site)
    return True


def _fall_back(walk: Walk, site: Any) -> None:
    if walk.site is None:
        if walk.fallback is None and site.is_project:
            walk.fallback = site
        elif walk.library_site is None:
            walk.library_site = site


MEETINGS: dict[str, Callable[[Walk, Role, FrameType], bool]] = {
    roles.STATEMENT: _meet_statement,
    roles.RELATION: _meet_relation,
    roles.QUERYSET: _meet_queryset,
    roles.MANAGER: _meet_manager,
    roles.MODEL_API: _meet_model,
    roles.COLLECTOR: _meet_collector,
    roles.BULK: _meet_bulk,
    roles.PREFETCH: _meet_prefetch,
    roles.PROCESS_CACHE: _meet_cache_fill,
    roles.ADMIN_QUERYSET: lambda walk, role, frame: False,
    roles.RECORDING: lambda walk, role, frame: True,
    roles.DATA_LOOP: _meet_data_loop,
    roles.PREFETCH_READER: _meet_prefetch_reader,
    roles.TEMPLATE_NODE: _meet_template_node,
    roles.SERIALIZER: _meet_serializer,
    roles.ADMIN_ROW: _meet_admin_row,
    roles.FIELD_GETTER: _meet_field_getter,
    roles.RESPONSE: _meet_response,
    roles.CLASS_VIEW: _meet_class_view,
    roles.BOUNDARY: _meet_boundary,
    roles.VIEW: _meet_view,
}
