"""One walk up the stack of a query: its call site, the relation that asked, its loops, its stack key."""

from __future__ import annotations

from inspect import CO_GENERATOR, CO_VARARGS, CO_VARKEYWORDS
from types import FrameType
from typing import Any

from django_querywatch.capture import roles
from django_querywatch.capture.coroutines import awaiting_frames
from django_querywatch.capture.looking import rows_in
from django_querywatch.capture.meetings import MEETINGS
from django_querywatch.capture.places import CodeFacts, Site, places
from django_querywatch.capture.rounds import pass_loops
from django_querywatch.capture.shortcuts import Iteration, are_written_out, has_key_function, iteration_of
from django_querywatch.capture.walk import Walk

_DEEPEST = 1_000


def walk_from(frame: FrameType | None, floor: FrameType | None, task: Any, queryset: Any) -> Walk:
    """Walk outward from `frame` up to the recording's own frame `floor`, on through awaiting coroutines.

    `queryset` is the one that the query evaluates, where that is known.
    """
    walk = Walk(spans_requests=floor is not None)
    walk.queryset = queryset
    key = walk.key
    by_id = places.by_id
    for depth in range(_DEEPEST):
        if frame is None:
            break
        facts = by_id.get(id(frame.f_code)) or places.add(frame.f_code, frame.f_globals)
        site = facts.sites.get(frame.f_lasti) or facts.site(frame.f_lasti)
        key.append(site)
        if facts.is_telling or site.loops:
            if facts.is_thread_handler:
                _walk_awaiting(walk, frame, task)
                return walk
            if site.is_passage and walk.site is not None:
                # Most frames of a deep stack. In place of a call, for a fifth of what a walk costs there.
                walk.project_sites.append(site)
                walk.below = frame
            elif _pass(walk, frame, facts, site):
                break
            if walk.site_depth < 0 and walk.site_frame is frame:
                walk.site_depth = depth
        else:
            walk.below = None
        if frame is floor:
            break
        frame = frame.f_back
    if frame is None and task is not None:
        _walk_awaiting(walk, None, task)
    return walk


def _walk_awaiting(walk: Walk, handler: FrameType | None, task: Any) -> None:
    awaiting = awaiting_frames(handler, task)
    for frame in awaiting.own:
        if _pass_awaiting(walk, frame):
            return
    if awaiting.parents and (task is not None or _is_gathered_by_project(awaiting.parents)):
        _pass_children(walk, awaiting.own[-1:], awaiting.parents)


def _is_gathered_by_project(parents: list[FrameType]) -> bool:
    """Whether a line of the project waits for the tasks; it did not write out what a library gathers."""
    frames = (one for one in parents if not str(one.f_globals.get("__name__", "")).startswith("asyncio"))
    frame = next(frames, None)
    return frame is not None and _facts(frame).is_project


def _pass_children(walk: Walk, child: list[FrameType], parents: list[FrameType]) -> None:
    """From a task to the one that gathers it: its siblings are a loop unless they are written one by one."""
    for frame in parents:
        facts = _facts(frame)
        if facts.is_project:
            site = facts.site(frame.f_lasti)
            if are_written_out(site):
                walk.rounds.append(tuple(map(id, child)))
            else:
                walk.has_loop = True
                walk.loop_sites.append(site)
                for outermost in child:
                    walk.bound += _arguments(outermost)
                    walk.carriers += rows_of_arguments(outermost)
        if _pass_awaiting(walk, frame):
            return


def _pass_awaiting(walk: Walk, frame: FrameType) -> bool:
    facts = _facts(frame)
    site = facts.site(frame.f_lasti)
    walk.key.append(site)
    return _pass(walk, frame, facts, site)


def _facts(frame: FrameType) -> CodeFacts:
    return places.by_id.get(id(frame.f_code)) or places.add(frame.f_code, frame.f_globals)


def rows_of_arguments(frame: FrameType) -> list[Any]:
    """The model instances among the positional arguments that a frame was called with."""
    code, names = frame.f_code, frame.f_locals
    arguments = (names.get(name) for name in code.co_varnames[: code.co_argcount])
    return [row for argument in arguments for row in rows_in(argument)]


def _arguments(frame: FrameType) -> list[Any]:
    """All that a frame was called with, named ones and those of `*args` and `**kwargs` included."""
    code, names = frame.f_code, frame.f_locals
    further = bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
    count = code.co_argcount + code.co_kwonlyargcount + further
    return [names[name] for name in code.co_varnames[:count] if name in names]


def _pass(walk: Walk, frame: FrameType, facts: CodeFacts, site: Site) -> bool:
    """Take in a frame that tells something; True where the walk ends."""
    role = facts.role
    if role is not None:
        if MEETINGS[role.kind](walk, role, frame):
            return True
    elif facts.is_project:
        walk.project_sites.append(site)
        if walk.site is None and not walk.crossed and not _is_override(walk, facts, frame):
            walk.site, walk.site_frame = site, frame
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
    """Whether this is the project's own `save()`, `delete()` or `to_representation()` around the framework's.

    Its caller is the call site, or the field that is declared.
    """
    name = facts.code.co_name
    serializer, method = walk.serializer
    if walk.saved is not None and name == walk.method:
        return frame.f_locals.get("self") is walk.saved
    return serializer is not None and name == method and frame.f_locals.get("self") is serializer


def _pass_call(walk: Walk, site: Site) -> None:
    """From a project frame to its project caller: C code may stand between them, and go through an iterable."""
    code = walk.below.f_code
    iteration = iteration_of(site)
    if site.loops and any(loop.header == site.start for loop in site.loops):
        iteration = Iteration.TO_THE_END  # a loop over `map()` or `groupby()` runs it to get the next item
    if iteration is Iteration.NONE:
        site.is_passage = not site.loops
        return
    if code.co_name == "__next__":
        walk.has_loop = True
        walk.loop_sites.append(site)
    elif code.co_flags & CO_GENERATOR:
        # What ends early may be a loop over rules or validators inside of one over rows, which goes on.
        is_over_rows = bool(walk.carriers)
        walk.leaves_early = walk.leaves_early or (is_over_rows and iteration is Iteration.UNTIL)
    elif iteration is Iteration.TO_THE_END:
        _note_rows(walk, site, rows_of_arguments(walk.below))


def _note_rows(walk: Walk, site: Site, rows: list[Any]) -> None:
    if rows:
        walk.has_loop = True
        walk.carriers.extend(rows)
        walk.loop_sites.append(site)
