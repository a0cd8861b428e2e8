"""Loops whose rounds are written in the source: over a literal, a `range` of constants, a declared constant.

Such a loop repeats a query, but not once per row. The iterable's source is parsed once per loop; names behind
it are looked up in the running frame.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from enum import EnumMeta
from types import CodeType, FrameType
from typing import Any

from django_querywatch.capture.looking import is_a
from django_querywatch.capture.loops import Loop
from django_querywatch.capture.source import parse_current, parse_function, parse_range

_PASSING_ON = frozenset(
    {"enumerate", "zip", "reversed", "sorted", "list", "tuple", "set", "frozenset", "iter", "dict"}
)
_COMBINING = frozenset({"product", "chain", "combinations", "permutations", "pairwise"})
_VIEWS = frozenset({"items", "keys", "values", "copy"})
_GROWING = frozenset({"append", "extend", "insert", "add", "update", "setdefault", "appendleft"})
_PLAIN = (str, bytes, int, float, bool, type(None), type)
_MISSING = object()
_VARARGS = 0x4  # CO_VARARGS


def is_fixed(loop: Loop, frame: FrameType) -> bool:
    """Whether the loop that `frame` runs goes over a fixed number of things written in the source."""
    if loop.is_fixed is None:
        loop.is_fixed = _look(loop, frame)
    return loop.is_fixed


def _look(loop: Loop, frame: FrameType) -> bool:
    if loop.iterable is None:
        return _is_counted(frame)
    iterable = _iterable(loop, frame.f_code)
    if iterable is None:
        return False
    # A generator's or a comprehension's outermost iterable belongs to the frame that made it.
    scope = frame.f_back if frame.f_code.co_name.startswith("<") and frame.f_back else frame
    return _is_fixed(iterable, _Scope(scope), 3)


def _is_counted(frame: FrameType) -> bool:
    """Whether the innermost `while` around the current line compares with a constant, and so counts its rounds."""
    function = parse_function(frame.f_code)
    line = frame.f_lineno - frame.f_code.co_firstlineno + 1
    around = [
        node
        for node in (ast.walk(function) if function is not None else ())
        if isinstance(node, ast.While) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    test = max(around, key=lambda node: node.lineno).test if around else None
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
        return False
    scope = _Scope(frame)
    return any(_is_fixed_number(side, scope) for side in (test.left, *test.comparators))


def _iterable(loop: Loop, code: CodeType) -> ast.expr | None:
    where = loop.iterable
    assert where is not None
    tree = parse_range(
        code.co_filename, where.lineno, where.end_lineno, where.col_offset, where.end_col_offset
    )
    if isinstance(tree, (ast.For, ast.AsyncFor)):
        return tree.iter
    if isinstance(tree, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        for generator in tree.generators:
            if {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)} == set(loop.targets):
                return generator.iter
        return None
    return tree if isinstance(tree, ast.expr) else None


class _Scope:
    """Names as a frame sees them, and how its function came by its local ones."""

    def __init__(self, frame: FrameType) -> None:
        self.code = frame.f_code
        self.local_values: Mapping[str, Any] = frame.f_locals
        self.global_values = frame.f_globals
        self.frame = frame

    def is_local(self, name: str) -> bool:
        return name in self.code.co_varnames or name in self.code.co_cellvars or name in self.code.co_freevars

    def parameters(self) -> tuple[str, ...]:
        count = self.code.co_argcount + self.code.co_kwonlyargcount
        return self.code.co_varnames[: count + bool(self.code.co_flags & _VARARGS)]

    def argument(self, name: str) -> list[ast.expr] | None:
        """What the caller's source hands over as this parameter; None where that cannot be told."""
        caller = self.frame.f_back
        call = parse_current(caller) if caller is not None else None
        if not isinstance(call, ast.Call) or any(isinstance(a, ast.Starred) for a in call.args):
            return None
        named = [keyword.value for keyword in call.keywords if keyword.arg == name]
        names = self.code.co_varnames
        skipped = 1 if names[:1] in (("self",), ("cls",)) and isinstance(call.func, ast.Attribute) else 0
        position = names.index(name) - skipped
        if name == self.parameters()[-1] and self.code.co_flags & _VARARGS:
            return [ast.Tuple(call.args[self.code.co_argcount - skipped :], ast.Load())]
        return named or call.args[position : position + 1] or None

    def is_left_to_its_default(self, name: str) -> bool:
        """Whether the caller's source leaves a parameter out."""
        caller = self.frame.f_back
        call = parse_current(caller) if caller is not None else None
        if not isinstance(call, ast.Call) or any(isinstance(a, ast.Starred) for a in call.args):
            return False
        given = len(call.args) + (self.code.co_varnames[:1] in (("self",), ("cls",)))
        named = {keyword.arg for keyword in call.keywords}
        return self.code.co_varnames.index(name) >= given and not named & {name, None}

    def assignments(self, name: str) -> list[ast.expr] | None:
        """What is assigned to a local name, or None where it is bound or changed in another way."""
        function = None if name in self.parameters() else parse_function(self.code)
        if function is None:
            return None
        values: list[ast.expr] = []
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and any(_is_name(target, name) for target in node.targets):
                values.append(node.value)
            elif isinstance(node, ast.AnnAssign) and _is_name(node.target, name):
                values += [node.value] if node.value is not None else []
            elif isinstance(node, ast.Attribute) and node.attr in _GROWING and _is_name(node.value, name):
                return None
        stored = sum(
            _is_name(n, name) and isinstance(n.ctx, ast.Store)
            for n in ast.walk(function)
            if isinstance(n, ast.Name)
        )
        return values if values and stored == len(values) else None


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_fixed(node: ast.expr, scope: _Scope, depth: int) -> bool:
    match node:
        case ast.Constant(value=str() | bytes() | tuple()):
            return True
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return all(not isinstance(e, ast.Starred) or _is_fixed(e.value, scope, depth) for e in elements)
        case ast.Dict(keys=keys):
            return None not in keys
        case ast.ListComp(generators=generators) | ast.SetComp(generators=generators):
            return all(_is_fixed(generator.iter, scope, depth) for generator in generators)
        case ast.BinOp(left=left, right=right):
            return _is_fixed(left, scope, depth) and _is_fixed(right, scope, depth)
        case ast.IfExp(body=one, orelse=other):
            return _is_fixed(one, scope, depth) and _is_fixed(other, scope, depth)
        case ast.Call(func=function, args=arguments):
            return _is_fixed_call(function, arguments, scope, depth)
        case ast.Subscript(value=owner, slice=ast.Slice()):
            return _is_fixed(owner, scope, depth)
        case ast.Name(id=name) if depth and name in scope.parameters():
            given = scope.argument(name)
            caller = scope.frame.f_back
            return bool(given and caller) and _is_fixed(given[0], _Scope(caller), depth - 1)  # type: ignore[index,arg-type]
        case ast.Name(id=name) if scope.is_local(name):
            values = scope.assignments(name) if depth else None
            return bool(values) and all(_is_fixed(value, scope, depth - 1) for value in values or ())
        case ast.Name() | ast.Attribute():
            return _is_declared(_value(node, scope))
    return False


def _is_fixed_call(function: ast.expr, arguments: list[ast.expr], scope: _Scope, depth: int) -> bool:
    match function:
        case ast.Name(id="range"):
            return all(_is_fixed_number(argument, scope) for argument in arguments)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in _COMBINING and arguments:
            return all(_is_fixed(argument, scope, depth) for argument in arguments)
        case ast.Name(id="zip"):
            return any(_is_fixed(argument, scope, depth) for argument in arguments)
        case ast.Name(id="map" | "filter"):
            return len(arguments) > 1 and _is_fixed(arguments[1], scope, depth)
        case ast.Name(id=name) if name in _PASSING_ON:
            return bool(arguments) and _is_fixed(arguments[0], scope, depth)
        case ast.Attribute(value=owner, attr=name) if name in _VIEWS and not arguments:
            return _is_fixed(owner, scope, depth)
    return False


def _is_fixed_number(node: ast.expr, scope: _Scope) -> bool:
    match node:
        case ast.Constant(value=int()):
            return True
        case ast.UnaryOp(operand=operand):
            return _is_fixed_number(operand, scope)
        case ast.BinOp(left=left, right=right):
            return _is_fixed_number(left, scope) and _is_fixed_number(right, scope)
        case ast.Name(id=name) if name in scope.parameters():
            return scope.is_left_to_its_default(name)
        case ast.Name(id=name) if scope.is_local(name):
            values = scope.assignments(name)
            return bool(values) and all(_is_fixed_number(value, scope) for value in values or ())
        case ast.Name() | ast.Attribute():
            return is_a(_value(node, scope), int)
    return False


def _value(node: ast.expr, scope: _Scope) -> Any:
    """The value behind a module's name or a class's attribute; an instance's own attributes are data."""
    if isinstance(node, ast.Name):
        if scope.is_local(node.id):
            owner = scope.local_values.get(node.id, _MISSING) if node.id in ("self", "cls") else _MISSING
            return owner if is_a(owner, type) or owner is _MISSING else type(owner)
        return scope.global_values.get(node.id, _MISSING)
    if not isinstance(node, ast.Attribute):
        return _MISSING
    owner = _value(node.value, scope)
    if owner is _MISSING:
        return _MISSING
    if is_a(owner, type):
        return inspect.getattr_static(owner, node.attr, _MISSING) if not is_a(owner, EnumMeta) else owner
    # A module or the settings: their attributes are what was declared.
    return (
        getattr(owner, node.attr, _MISSING)
        if type(owner).__name__ in ("module", "LazySettings")
        else _MISSING
    )


def _is_declared(value: Any) -> bool:
    if is_a(value, EnumMeta):
        return True
    if is_a(value, dict):
        return all(is_a(key, (*_PLAIN, tuple)) for key in value)
    if is_a(value, (tuple, list, set, frozenset)):
        return all(is_a(item, (*_PLAIN, tuple, list, dict)) or callable(item) for item in value)
    return is_a(value, str)
