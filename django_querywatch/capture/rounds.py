"""What a loop on the stack says about a query: the rows it binds, or the declared name it works on."""

from __future__ import annotations

import ast
from types import FrameType
from typing import TYPE_CHECKING, Any

from django_querywatch.capture.fixed_loops import is_fixed, parse_range
from django_querywatch.capture.loops import Loop
from django_querywatch.capture.places import Site

if TYPE_CHECKING:
    from django_querywatch.capture.stack import Walk

_ITERATING = frozenset(
    {"sorted", "min", "max", "map", "filter", "list", "tuple", "set", "sum", "any", "all", "dict", "next", "reduce"}
)
_ITERATING_METHODS = frozenset({"sort", "join", "extend", "update", "map"})
_iterating: dict[Site, bool] = {}


def pass_loops(walk: Walk, site: Site, frame: FrameType, is_project: bool) -> None:
    """Take in the loops that the current instruction of `frame` lies in, innermost first."""
    names = frame.f_locals
    for loop in site.loops:
        values = [names[name] for name in loop.targets if name in names]
        rows = [row for value in values for row in rows_in(value)]
        if is_project:
            if walk.crossed:
                continue
            if is_fixed(loop, frame):
                walk.names.extend(id(value) for value in values)
                continue
            walk.has_loop = True
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
    if isinstance(value, (tuple, list)):
        held: Any = value[:8]
    elif isinstance(value, (str, bytes, int, float, type)) or value is None:
        return []
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


def is_iterating_call(site: Site) -> bool:
    """Whether the instruction calls a builtin that goes through an iterable and calls back: `sorted(key=...)`."""
    known = _iterating.get(site)
    if known is None:
        known = _iterating[site] = _look(site)
    return known


def _look(site: Site) -> bool:
    positions = list(site.facts.code.co_positions())[site.start // 2]
    tree = parse_range(site.facts.code.co_filename, *positions)
    if not isinstance(tree, ast.Call):
        return False
    match tree.func:
        case ast.Name(id=name):
            return name in _ITERATING
        case ast.Attribute(attr=name):
            return name in _ITERATING_METHODS
    return False
