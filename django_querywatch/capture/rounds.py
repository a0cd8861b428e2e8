"""What a loop on the stack says about a query: the rows it binds, or the declared name it works on."""

from __future__ import annotations

from types import FrameType
from typing import Any

from django_querywatch.capture.fixed_loops import is_fixed
from django_querywatch.capture.looking import declared_name, is_declared, is_key, is_plain_value, rows_in
from django_querywatch.capture.loops import Loop
from django_querywatch.capture.places import Site
from django_querywatch.capture.roles import DATA_LOOP
from django_querywatch.capture.searches import is_search
from django_querywatch.capture.shortcuts import is_filling_cache
from django_querywatch.capture.walk import Walk


def pass_loops(walk: Walk, site: Site, frame: FrameType, is_project: bool) -> None:
    """Take in the loops around the current instruction of `frame`, innermost first."""
    role = site.facts.role
    names = frame.f_locals
    for loop in site.loops:
        if loop.header == site.start:
            continue  # fetching the next item: the names still hold the last one's
        values = [names[name] for name in loop.targets if name in names]
        if is_project:
            if not walk.crossed:
                _pass_project_loop(walk, site, frame, loop, values)
        elif site.start in loop.body:
            is_data = role is not None and role.kind == DATA_LOOP
            _pass_framework_loop(walk, loop, values, is_data)


def _pass_project_loop(walk: Walk, site: Site, frame: FrameType, loop: Loop, values: list[Any]) -> None:
    if (values and all(map(is_declared, values))) or is_fixed(loop, frame):
        # Plain values by themselves: an address is used again when a round's value is gone.
        walk.rounds.extend(value if is_key(value) else id(value) for value in values)
    elif site.start not in loop.body:
        return  # an attempt, which ends the loop where it succeeds
    elif is_search(loop, frame):
        walk.is_search = True
    else:
        walk.has_loop = True
        walk.leaves_early = (
            walk.leaves_early or loop.leaves_early or any(map(is_filling_cache, walk.project_sites))
        )
        walk.loop_sites.append(site)
        walk.bound += values
        walk.carriers.extend(row for value in values for row in rows_in(value))


def _pass_framework_loop(walk: Walk, loop: Loop, values: list[Any], is_data: bool) -> None:
    rows = [row for value in values for row in rows_in(value)]
    if is_data or (rows and loop.iterable is not None):
        walk.carriers.extend(rows)
    else:
        # Frameworks loop over fields, validators, receivers: the one at work tells its rounds apart. The name of
        # a row does not: it is a value.
        walk.names.extend(
            declared_name(value) for value in values if not (is_plain_value(value) or rows_in(value))
        )
