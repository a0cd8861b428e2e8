"""From a node to a frozen value: where rows came from, and what the advice on them needs to know."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from django_querywatch.capture.lineage import Node, Root, mixed
from django_querywatch.capture.places import source_line
from django_querywatch.capture.querysets import hides_nothing, joined_paths
from django_querywatch.capture.sites import ClassSite, TemplateSite
from django_querywatch.records import Frame, Lineage


def lineage_value(root: Root, node: Node) -> Lineage:
    """How the rows of a node were found, its root's own parent included."""
    origin = frame_of(root.site)
    names, is_deferring = root.facts.get("deferred_loading", (frozenset(), True))
    parent = root.parent
    steps = _steps_of(root, node)
    return Lineage(
        root_model=label_of(root.model) or "",
        root_manager=_manager_name(root),
        path=node.path,
        names=tuple(name for name, _ in steps),
        to_many=tuple(is_to_many for _, is_to_many in steps),
        rows=node.rows,
        origin=origin,
        origin_source=source_line(origin),
        origin_kind=_origin_kind(root.site),
        is_inner=root.facts.get("is_inner", False),
        is_admin=root.facts.get("is_admin", False),
        is_admin_list=root.facts.get("is_admin_list", False),
        is_plain=node.is_plain,
        is_plain_relation=root.is_plain_relation,
        joined=_joined(root),
        is_recursive=any(node.path[: len(walked)] == walked for walked in root.walked),
        walked=tuple(sorted(path[-1] for path in root.walked if path and path[:-1] == node.path)),
        alias=root.alias,
        is_unchunked=root.facts.get("is_unchunked", False),
        is_raw=root.facts.get("is_raw", False),
        is_combined=bool(root.facts.get("combinator")),
        is_for_update=root.facts.get("for_update", False),
        is_multiplied=not root.facts.get("has_one_row_each", True),
        taken=_names_of(root.model) | root.facts.get("annotations", frozenset()),
        prefetched=root.facts.get("prefetched", ()),
        only=() if is_deferring else tuple(sorted(names)),
        defer=tuple(sorted(names)) if is_deferring else (),
        **_behind(node),
        parent=lineage_value(parent.root, parent) if parent is not None else None,
        parent_field=root.relation_name,
        parent_name=_steps(parent.root.model, (*parent.path, root.relation_name or ""))[-1][0]
        if parent
        else None,
    )


def _manager_name(root: Root) -> str:
    """The model's manager that made the root; of one made by a related manager, the one to begin anew with."""
    managers, name = root.model._meta.managers_map, root.facts.get("manager")
    if name in (*managers, "_base_manager"):
        return str(name)
    return "objects" if "objects" in managers else str(root.model._default_manager.name)


@lru_cache(maxsize=512)
def _names_of(model: Any) -> frozenset[str]:
    """What an annotation would hide, or be refused for: Django sets it on each row."""
    fields = model._meta.get_fields()
    return frozenset(dir(model)).union(*((field.name, getattr(field, "attname", "")) for field in fields))


def _behind(node: Node) -> dict[str, Any]:
    several = mixed(node)
    if not several:
        return {}
    if several != [node.behind]:  # a generic key behind another: no list of querysets is good for all
        return {"generic_hops": several[-1].hops}
    assert node.behind is not None
    models = _models_behind(node)
    return {
        "generic_hops": node.behind.hops,
        "models_behind": tuple(label_of(model) or "" for model in models),
        "managers_behind": tuple(model._default_manager.name for model in models),
    }


def _models_behind(node: Node) -> list[Any]:
    """What the path's generic key led to, without models that lack the hop after it."""
    behind = node.behind
    assert behind is not None
    following = node.path[behind.hops : behind.hops + 1]
    return [model for model in behind.models if all(hasattr(model, name) for name in following)]


def _joined(root: Root) -> tuple[str, ...]:
    """The paths that the root joins; of all that the admin joins by itself, those that its columns need."""
    joined = joined_paths(root.model, root.facts.get("joined"))
    columns = getattr(root.site.owner, "list_display", ()) if isinstance(root.site, ClassSite) else ()
    fields = {field.name for field in root.model._meta.get_fields()}
    if root.facts.get("is_admin_list") and columns and fields.issuperset(columns):
        return tuple(path for path in joined if path in columns)
    return joined  # a column of the project's own may read any of them


def _origin_kind(site: Any) -> Literal["code", "template", "class", "none"]:
    if site is None:
        return "none"
    if isinstance(site, TemplateSite):
        return "template"
    return "class" if isinstance(site, ClassSite) else "code"


def _steps_of(root: Root, node: Node) -> list[tuple[str, bool]]:
    if node.behind is None:
        return _steps(root.model, node.path)
    length = node.behind.hops
    model = next(iter(_models_behind(node)), None)
    return [*_steps(root.model, node.path[:length]), *_steps(model, node.path[length:])]


def _steps(model: Any, path: tuple[str, ...]) -> list[tuple[str, bool]]:
    """For each hop, its name in a join, and whether none can follow it.

    That is one to many rows, a generic key, a `to_attr`, or one that leaves out what a join would bring.
    """
    steps: list[tuple[str, bool]] = []
    for name in path:
        descriptor = getattr(model, name, None) if model is not None else None
        model = _model_behind(descriptor)
        is_to_many = model is None or hasattr(descriptor, "related_manager_cls")
        steps.append((_query_name(descriptor) or name, is_to_many or not hides_nothing(model._base_manager)))
    return steps


def _query_name(descriptor: Any) -> str | None:
    """The name of the other end of a key in a join; None where it is the accessor's."""
    rel = getattr(descriptor, "related", None) or getattr(descriptor, "rel", None)
    if rel is None or getattr(descriptor, "reverse", None) is False or rel.field.one_to_many:
        return None  # a key, or the field itself
    return str(rel.name)


def _model_behind(descriptor: Any) -> Any:
    rel = getattr(descriptor, "related", None) or getattr(descriptor, "rel", None)
    if rel is None:
        field = getattr(descriptor, "field", None)
        return getattr(field, "related_model", None)
    if getattr(descriptor, "reverse", None) is False:
        return rel.model
    return rel.related_model


def label_of(model: Any) -> str | None:
    """``shop.Order``; None for what is no model."""
    options = getattr(model, "_meta", None)
    return options.label if options is not None else None


def frame_of(site: Any) -> Frame | None:
    """The place of a site, where there is one."""
    return site.frame() if site is not None else None
