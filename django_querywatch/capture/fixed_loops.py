"""Loops whose rounds are written in the source: over a literal, a `range` of constants, a declared constant.

Such a loop repeats a query, but not once per row. The iterable's source is parsed once per loop, or once for each
way to call its function where it is a parameter or an object's attribute; names behind it are looked up in the
running frame.
"""

from __future__ import annotations

import ast
from types import CodeType, FrameType
from typing import Any

from django_querywatch.capture.answers import answers_of
from django_querywatch.capture.constants import is_declared, is_registry, value_behind
from django_querywatch.capture.looking import is_a, own_attributes
from django_querywatch.capture.loops import Loop
from django_querywatch.capture.scopes import ModuleScope, Scope, call_key, scope_of_iterable
from django_querywatch.capture.source import parse_function, parse_range

_PASSING_ON = frozenset(
    {"enumerate", "zip", "reversed", "sorted", "list", "tuple", "set", "frozenset", "iter", "dict"}
)
_COMBINING = frozenset({"product", "chain", "combinations", "permutations", "pairwise"})
_VIEWS = frozenset({"items", "keys", "values", "copy"})
_DEEPEST = 3
"""Names behind names, and callers behind callers."""
_MOST_CALLS = 64


def is_fixed(loop: Loop, frame: FrameType) -> bool:
    """Whether the loop that `frame` runs goes over a fixed number of things written in the source."""
    if loop.by_call is None:
        if loop.is_fixed is None:
            loop.is_fixed = _look(loop, frame)
        return loop.is_fixed
    key = (*_attributes_of_self(frame), *call_key(frame, _DEEPEST + 1))
    verdict = loop.by_call.get(key)
    if verdict is None:
        if len(loop.by_call) >= _MOST_CALLS:
            loop.by_call.clear()
        verdict = loop.by_call[key] = _look(loop, frame)
    loop.is_fixed = verdict
    return verdict


def _attributes_of_self(frame: FrameType) -> tuple[Any, ...]:
    """What tells an object whose own attribute takes the place of its class's from others."""
    scope = scope_of_iterable(frame)
    owner = scope.local_values.get("self") if scope is not None else None
    return (type(owner), *own_attributes(owner))


def _look(loop: Loop, frame: FrameType) -> bool:
    scope = scope_of_iterable(frame)
    if loop.iterable is None:
        verdict = scope is not None and _is_counted(_test_of_while(frame), scope)
    else:
        iterable = _iterable(loop, frame.f_code)
        verdict = iterable is not None and scope is not None and _is_fixed(iterable, scope, _DEEPEST)
    if loop.by_call is None and (scope is None or scope.is_of_call):
        loop.by_call = {}
    return verdict


def _is_counted(test: ast.expr | None, scope: Scope) -> bool:
    """Whether a `while` counts its rounds: up to a constant, or down to one from another."""
    if not isinstance(test, ast.Compare) or len(test.ops) > 1:
        return False
    low, high = test.left, test.comparators[0]
    if isinstance(test.ops[0], (ast.Gt, ast.GtE)):
        low, high = high, low
    elif not isinstance(test.ops[0], (ast.Lt, ast.LtE)):
        return False
    # What is more than a constant may have begun at the number of rows.
    return _is_fixed_number(high, scope) or (_is_fixed_number(low, scope) and _is_counter(high, scope))


def _test_of_while(frame: FrameType) -> ast.expr | None:
    """What the innermost `while` around the current line asks."""
    function = parse_function(frame.f_code)
    line = frame.f_lineno - frame.f_code.co_firstlineno + 1
    around = [
        node
        for node in (ast.walk(function) if function is not None else ())
        if isinstance(node, ast.While) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno).test if around else None


def _is_counter(node: ast.expr, scope: Scope) -> bool:
    """Whether a name begins at a constant and changes by constants."""
    if not isinstance(node, ast.Name) or not scope.is_local(node.id):
        return False
    steps = scope.steps(node.id)
    starts = scope.assignments(node.id, changes=len(steps))
    return bool(starts) and all(_is_fixed_number(value, scope) for value in (*(starts or ()), *steps))


def _iterable(loop: Loop, code: CodeType) -> ast.expr | None:
    where = loop.iterable
    assert where is not None
    tree = parse_range(
        code.co_filename, where.lineno, where.end_lineno, where.col_offset, where.end_col_offset
    )
    if isinstance(tree, (ast.For, ast.AsyncFor)):
        return tree.iter
    if isinstance(tree, ast.GeneratorExp) and code.co_name != "<genexpr>":
        return tree  # what a loop goes over: the generator's own loop is in a code object of its own
    if isinstance(tree, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        for generator in tree.generators:
            if {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)} == set(loop.targets):
                return generator.iter
        return None
    return tree if isinstance(tree, ast.expr) else None


def _is_fixed(node: ast.expr, scope: Scope | ModuleScope, depth: int) -> bool:
    match node:
        case ast.Constant(value=str() | bytes() | tuple()):
            return True
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            # An empty one has no rounds: where there are some, something has filled it.
            return bool(elements) and all(
                not isinstance(e, ast.Starred) or _is_fixed(e.value, scope, depth) for e in elements
            )
        case ast.Dict(keys=keys):
            return bool(keys) and None not in keys
        case (
            ast.ListComp(generators=generators)
            | ast.SetComp(generators=generators)
            | ast.GeneratorExp(generators=generators)
        ):
            return all(_is_fixed(generator.iter, scope, depth) for generator in generators)
        case ast.BinOp(left=left, right=right):
            return _is_fixed(left, scope, depth) and _is_fixed(right, scope, depth)
        case ast.IfExp(body=one, orelse=other):
            return _are_fixed([one, other], scope, depth)
        case ast.Call():
            return _is_fixed_call(node, scope, depth)
        case ast.Subscript(value=owner, slice=ast.Slice()):
            return _is_fixed(owner, scope, depth)
        case ast.Name(id=name) if isinstance(scope, Scope) and scope.is_local(name):
            return depth > 0 and _is_fixed_local(name, scope, depth)
        case ast.Name(id=name):
            return depth > 0 and _is_fixed_global(node, name, scope, depth)
        case ast.Attribute():
            value = value_behind(node, scope)
            return is_declared(value) or _gives_fixed(value, depth)
    return False


def _gives_fixed(function: Any, depth: int) -> bool:
    """Whether what a function or a property returns is written there."""
    answers = answers_of(function) if depth > 0 else None
    return answers is not None and _are_fixed(answers[0], answers[1], depth - 1)


def _are_fixed(nodes: list[ast.expr], scope: Scope | ModuleScope, depth: int) -> bool:
    """Whether one or the other of these is gone through, and each that has something is fixed."""
    filled = [node for node in nodes if not _is_empty(node)]
    return bool(filled) and all(_is_fixed(node, scope, depth) for node in filled)


def _is_empty(node: ast.expr) -> bool:
    match node:
        case ast.Tuple(elts=[]) | ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "tuple" | "set" | "dict"), args=[], keywords=[]):
            return True
    return False


def _is_fixed_local(name: str, scope: Scope, depth: int) -> bool:
    if name not in scope.parameters():
        return _are_fixed(scope.assignments(name) or scope.parts(name) or [], scope, depth - 1)
    if scope.is_left_to_its_default(name):
        return is_declared(scope.local_values.get(name))
    given, caller = scope.argument(name), scope.frame.f_back
    return bool(given and caller) and _is_fixed(given[0], Scope(caller), depth - 1)  # type: ignore[index,arg-type]


def _is_fixed_global(node: ast.expr, name: str, scope: Scope | ModuleScope, depth: int) -> bool:
    module = scope.outside() if isinstance(scope, Scope) else scope
    value, assigned = value_behind(node, module), module.assignments(name)
    if assigned is None:  # it grows while the process runs
        return is_registry(value)
    is_set_once = len(assigned) < 2
    return (is_set_once and is_declared(value)) or _are_fixed(assigned, module, depth - 1)


def _is_fixed_call(call: ast.Call, scope: Scope | ModuleScope, depth: int) -> bool:
    arguments = call.args
    match call.func:
        case ast.Name(id="range"):
            return all(_is_fixed_number(argument, scope) for argument in arguments)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in _COMBINING and arguments:
            return all(_is_fixed(argument, scope, depth) for argument in arguments)
        case ast.Name(id="zip"):
            return any(_is_fixed(argument, scope, depth) for argument in arguments)
        case ast.Name(id="map" | "filter"):
            return len(arguments) > 1 and _is_fixed(arguments[1], scope, depth)
        case ast.Name(id="dict") if not arguments:
            return bool(call.keywords) and all(keyword.arg for keyword in call.keywords)
        case ast.Name(id="getattr") if len(arguments) > 1:
            return _is_fixed_getattr(arguments, scope)
        case ast.Name(id=name) if name in _PASSING_ON:
            return bool(arguments) and _is_fixed(arguments[0], scope, depth)
        case ast.Attribute(value=ast.Constant(value=str()), attr="split"):
            return True
        case ast.Attribute(value=owner, attr=name) if name in _VIEWS and not arguments:
            return _is_fixed(owner, scope, depth)
        case ast.Name() | ast.Attribute():
            return _gives_fixed(value_behind(call.func, scope), depth)
    return False


def _is_fixed_getattr(arguments: list[ast.expr], scope: Scope | ModuleScope) -> bool:
    """``getattr(settings, "REGIONS", [])``"""
    owner, name = arguments[:2]
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return False
    return is_declared(value_behind(ast.Attribute(owner, name.value, ast.Load()), scope))


def _is_given_number(name: str, scope: Scope, depth: int) -> bool:
    given, caller = scope.argument(name), scope.frame.f_back
    return bool(given and caller) and _is_fixed_number(given[0], Scope(caller), depth - 1)  # type: ignore[index,arg-type]


def _is_fixed_number(node: ast.expr, scope: Scope | ModuleScope, depth: int = _DEEPEST) -> bool:
    match node:
        case ast.Constant(value=int()):
            return True
        case ast.UnaryOp(operand=operand):
            return _is_fixed_number(operand, scope, depth)
        case ast.BinOp(left=left, right=right):
            return _is_fixed_number(left, scope, depth) and _is_fixed_number(right, scope, depth)
        case ast.Call(func=ast.Name(id="len"), args=[counted]):
            return _is_fixed(counted, scope, depth)
        case ast.Name(id=name) if isinstance(scope, Scope) and scope.is_local(name):
            if name in scope.parameters():
                return scope.is_left_to_its_default(name) or (
                    depth > 0 and _is_given_number(name, scope, depth)
                )
            values = scope.assignments(name)
            return bool(values) and all(_is_fixed_number(value, scope, depth) for value in values or ())
        case ast.Name() | ast.Attribute():
            return is_a(value_behind(node, scope), int)
    return False
