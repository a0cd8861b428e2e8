"""What a loop on the stack says about a query: the rows it binds, or the declared name it works on."""

from __future__ import annotations

from types import FrameType
from typing import TYPE_CHECKING, Any

from django_querywatch.capture.fixed_loops import is_fixed
from django_querywatch.capture.places import Site
from django_querywatch.capture.shortcuts import is_filling_cache

if TYPE_CHECKING:
    from django_querywatch.capture.stack import Walk


def pass_loops(walk: Walk, site: Site, frame: FrameType, is_project: bool, is_data: bool) -> None:
    """Take in the loops that the current instruction of `frame` lies in, innermost first.

    `is_data` says that a framework's loop is known to go over data.
    """
    names = frame.f_locals
    for loop in site.loops:
        if loop.header == site.start:
            continue  # fetching the next item: the names still hold the last one's
        values = [names[name] for name in loop.targets if name in names]
        rows = [row for value in values for row in rows_in(value)]
        if is_project or is_data:
            if walk.crossed:
                continue
            if not is_data and is_fixed(loop, frame):
                walk.names.extend(id(value) for value in values)
                continue
            walk.has_loop = True
            walk.leaves_early = walk.leaves_early or loop.leaves_early or is_filling_cache(site)
            walk.loop_sites.append(site)
        elif not rows:
            # Frameworks loop over fields, validators, receivers: the one at work tells its rounds apart.
            walk.names.extend(declared_name(value) for value in values if not isinstance(value, int))
            continue
        walk.carriers.extend(rows)


def rows_in(value: Any) -> list[Any]:
    """The model instances that a loop's value is or holds: itself, an element, an attribute."""
    if getattr(value, "_state", None) is not None and hasattr(value, "_meta"):
        return [value]
    if isinstance(value, tuple):
        held: Any = value[:8]
    elif isinstance(value, (str, bytes, int, float, list, type)) or value is None:
        return []  # a list is a batch of rows, not a row
    elif isinstance(value, dict):
        held = list(value.values())[:16] if len(value) <= 64 else ()
    else:
        held = list(getattr(value, "__dict__", {}).values())
    return [item for item in held if getattr(item, "_state", None) is not None and hasattr(item, "_meta")]


def declared_name(value: Any) -> Any:
    """What tells one declared thing from another: its name where it has one."""
    if isinstance(value, str):
        return value
    for attribute in ("field_name", "name", "__qualname__"):
        name = getattr(value, attribute, None)
        if isinstance(name, str):
            return name
    return type(value).__qualname__


