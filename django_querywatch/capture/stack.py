"""One walk up the stack of a query: its call site, the relation that asked, its loops, its stack key.

The walk keeps references only; `Frame` values are made of them when a report is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.db.models import Aggregate

from django_querywatch.capture import roles
from django_querywatch.capture.attribution import (
    Relation,
    is_to_many,
    relation_of_descriptor,
    relation_of_manager,
)
from django_querywatch.capture.coroutines import awaiting_frames
from django_querywatch.capture.looking import is_a, rows_in
from django_querywatch.capture.places import CodeFacts, Site, places
from django_querywatch.capture.roles import Role
from django_querywatch.capture.rounds import pass_loops
from django_querywatch.capture.shortcuts import (
    Iteration,
    are_written_out,
    has_key_function,
    iteration_of,
)
from django_querywatch.capture.sites import ClassSite, FunctionSite, TemplateSite

_DEEPEST = 1_000
_GENERATOR = 0x20  # CO_GENERATOR


class Walk:
    """What one walk found."""

    __slots__ = (
        "aggregated",
        "below",
        "carriers",
        "crossed",
        "fallback",
        "has_loop",
        "is_batch",
        "is_cache_fill",
        "is_frameworks_own",
        "key",
        "leaves_early",
        "library_site",
        "loop_sites",
        "manager_relation",
        "method",
        "names",
        "owner",
        "prefetch_step",
        "prefetched",
        "project_sites",
        "queryset",
        "relation",
        "saved",
        "site",
    )

    def __init__(self) -> None:
        self.key: list[Any] = []
        """Sites, innermost first."""
        self.project_sites: list[Site] = []
        self.names: list[Any] = []
        """What tells the rounds of fixed loops and of a framework's loops over declared things apart."""
        self.site: Any = None
        """The innermost project frame or template node."""
        self.fallback: Any = None
        """A class or view of the project that the query ran for, where no line of the project is to blame."""
        self.library_site: Any = None
        self.relation: Relation | None = None
        self.manager_relation: Relation | None = None
        self.queryset: Any = None
        self.method = ""
        """The outermost ORM method below the call site."""
        self.saved: Any = None
        """The instance whose `save()` or `delete()` this is."""
        self.prefetched: Any = None
        """The instances that a prefetch runs for."""
        self.prefetch_step = ("", False)
        """Name under which that prefetch stores, and whether the relation is to-many."""
        self.owner: Any = None
        """The queryset whose evaluation that prefetch belongs to."""
        self.aggregated: list[Any] = []
        """Aliases and expressions of an `aggregate()`."""
        self.is_batch = False
        self.is_cache_fill = False
        self.has_loop = False
        self.leaves_early = False
        """A loop on the way may end before its items do, or fills a cache: one round proves nothing."""
        self.carriers: list[Any] = []
        """Model instances that the loops on the way bind, innermost first."""
        self.loop_sites: list[Site] = []
        self.is_frameworks_own = False
        """No line of the project asked: a framework's view did, for itself."""
        self.crossed = False
        """A framework's entry to the project's code lies below: frames above it only passed the call on."""
        self.below: Any = None
        """The project frame met just before, for calls that iterate in C."""

    @property
    def place(self) -> Any:
        """The site to blame: a line, else a class or a view, else the library's own template."""
        return self.site or self.fallback or self.library_site


def walk_from(frame: FrameType | None, floor: FrameType | None, task: Any) -> Walk:
    """Walk outward from `frame` up to the recording's own frame `floor`, on through awaiting coroutines."""
    walk = Walk()
    by_id = places.by_id
    depth = 0
    while frame is not None and depth < _DEEPEST:
        facts = by_id.get(id(frame.f_code)) or places.add(frame.f_code, frame.f_globals)
        if facts.role is not None and facts.role.kind == roles.THREAD_HANDLER:
            _walk_awaiting(walk, frame, task)
            return walk
        if _pass(walk, frame, facts) or frame is floor:
            return walk
        frame = frame.f_back
        depth += 1
    if task is not None:
        _walk_awaiting(walk, None, task)
    return walk


def _walk_awaiting(walk: Walk, handler: FrameType | None, task: Any) -> None:
    awaiting = awaiting_frames(handler, task)
    for frame in awaiting.own:
        if _pass(walk, frame, _facts(frame)):
            return
    if awaiting.parents:
        _pass_children(walk, awaiting.own[-1:], awaiting.parents)


def _pass_children(walk: Walk, child: list[FrameType], parents: list[FrameType]) -> None:
    """From a task to the one that gathers it: its siblings are a loop unless they are written one by one."""
    for frame in parents:
        facts = _facts(frame)
        if facts.is_project:
            site = facts.site(frame.f_lasti)
            if are_written_out(site):
                walk.names.append(tuple(map(id, child)))
            else:
                walk.has_loop = True
                walk.loop_sites.append(site)
                for outermost in child:
                    walk.carriers += rows_of_arguments(outermost)
        if _pass(walk, frame, facts):
            return


def _facts(frame: FrameType) -> CodeFacts:
    return places.by_id.get(id(frame.f_code)) or places.add(frame.f_code, frame.f_globals)


def rows_of_arguments(frame: FrameType) -> list[Any]:
    """The model instances among the positional arguments that a frame was called with."""
    code, names = frame.f_code, frame.f_locals
    arguments = (names.get(name) for name in code.co_varnames[: code.co_argcount])
    return [row for argument in arguments for row in rows_in(argument)]


def _pass(walk: Walk, frame: FrameType, facts: CodeFacts) -> bool:
    """Take in one frame; True where the walk ends."""
    site = facts.site(frame.f_lasti)
    walk.key.append(site)
    role = facts.role
    if role is not None:
        meet = _MEETINGS.get(role.kind)
        if meet is not None and meet(walk, role, frame):
            return True
    elif facts.is_project:
        walk.project_sites.append(site)
        if walk.site is None and not walk.crossed and not _is_override(walk, facts, frame):
            walk.site = site
            if walk.relation is not None and walk.relation.kind != "deferred" and has_key_function(site):
                _note_rows(walk, site, [walk.relation.instance])  # attrgetter and its like have no frame
        if walk.below is not None:
            _pass_call(walk, site)
        walk.below = frame
    if site.loops and (role is None or role.kind != roles.PREFETCH):
        pass_loops(walk, site, frame, facts.is_project)
    if role is not None or not facts.is_project:
        walk.below = None
    return False


def _is_override(walk: Walk, facts: CodeFacts, frame: FrameType) -> bool:
    """Whether this is the project's own `save()` or `delete()` around Django's: its caller is the call site."""
    if walk.saved is None or facts.code.co_name != walk.method:
        return False
    return frame.f_locals.get("self") is walk.saved


def _pass_call(walk: Walk, site: Site) -> None:
    """From a project frame to its project caller: C code may stand between them, and go through an iterable."""
    code = walk.below.f_code
    iteration = iteration_of(site)
    if any(loop.header == site.start for loop in site.loops):
        iteration = Iteration.TO_THE_END  # a loop over `map()` or `groupby()` runs it to get the next item
    if iteration is Iteration.NONE:
        return
    if code.co_flags & _GENERATOR:
        walk.leaves_early = walk.leaves_early or iteration is Iteration.UNTIL
    elif iteration is Iteration.TO_THE_END:
        _note_rows(walk, site, rows_of_arguments(walk.below))


def _note_rows(walk: Walk, site: Site, rows: list[Any]) -> None:
    if rows:
        walk.has_loop = True
        walk.carriers.extend(rows)
        walk.loop_sites.append(site)


def _meet_statement(walk: Walk, role: Role, frame: FrameType) -> bool:
    """The ORM or a user hands over the statement: other wrappers and backends below are nobody's call site."""
    walk.site = walk.below = None
    walk.key.clear()
    return False


def _meet_relation(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.relation is None and walk.site is None and walk.prefetched is None:
        walk.relation = relation_of_descriptor(role.name, frame.f_locals)
    return False


def _meet_queryset(walk: Walk, role: Role, frame: FrameType) -> bool:
    if walk.site is None:
        if walk.queryset is None:
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
            walk.site = walk.site or site
        else:
            walk.library_site = walk.library_site or site
    return False


def _meet_serializer(walk: Walk, role: Role, frame: FrameType) -> bool:
    names = frame.f_locals
    field = names.get("field")
    if field is not None:
        _fall_back(walk, ClassSite(type(names["self"]), (field.field_name,)))
    return False


def _meet_admin_row(walk: Walk, role: Role, frame: FrameType) -> bool:
    names = frame.f_locals
    field_name = names.get("field_name")
    wanted = (field_name, "list_display") if is_a(field_name, str) else ("list_display",)
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
    names = frame.f_locals
    walk.names.append(id(names.get("request")))
    walk.is_frameworks_own = walk.is_frameworks_own or (walk.site or walk.fallback) is None
    if "callback" in names:
        site = _driven_by(names["callback"])
        if site is not None:
            _fall_back(walk, site)
    return True


def _driven_by(callback: Any) -> ClassSite | FunctionSite | None:
    """The class or the function behind a view, as Django, its admin and REST framework tell it."""
    owner = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    model_admin = getattr(callback, "model_admin", None)
    if model_admin is not None:
        owner = type(model_admin)
    if owner is not None:
        return ClassSite(owner, ("queryset", "model"))
    code = getattr(inspect.unwrap(callback), "__code__", None)
    return FunctionSite(code) if code is not None else None


def _fall_back(walk: Walk, site: Any) -> None:
    if walk.site is None:
        if walk.fallback is None and site.is_project:
            walk.fallback = site
        elif walk.library_site is None:
            walk.library_site = site


_MEETINGS: dict[str, Callable[[Walk, Role, FrameType], bool]] = {
    roles.STATEMENT: _meet_statement,
    roles.RELATION: _meet_relation,
    roles.QUERYSET: _meet_queryset,
    roles.MANAGER: _meet_manager,
    roles.MODEL_API: _meet_model,
    roles.COLLECTOR: _meet_collector,
    roles.BULK: _meet_bulk,
    roles.PREFETCH: _meet_prefetch,
    roles.PROCESS_CACHE: _meet_cache_fill,
    roles.RECORDING: lambda walk, role, frame: True,
    roles.DATA_LOOP: _meet_data_loop,
    roles.TEMPLATE_NODE: _meet_template_node,
    roles.SERIALIZER: _meet_serializer,
    roles.ADMIN_ROW: _meet_admin_row,
    roles.CLASS_VIEW: _meet_class_view,
    roles.BOUNDARY: _meet_boundary,
    roles.VIEW: _meet_view,
}
