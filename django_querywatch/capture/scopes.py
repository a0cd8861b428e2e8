"""Names as a frame or a module sees them, and how its source came by them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from django_querywatch.capture.by_hand import parts_of
from django_querywatch.capture.source import parse_current, parse_function, parse_module

_COMPREHENSIONS = frozenset({"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"})
_GROWING = frozenset({"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "push"})
_VARARGS = 0x4  # CO_VARARGS
_FARTHEST_MAKER = 8
"""Frames between a generator and the function that made it: those of who consumes it."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Scope:
    """Names as a frame sees them, and how its function came by its local ones."""

    def __init__(self, frame: FrameType) -> None:
        self.code = frame.f_code
        self.local_values: Mapping[str, Any] = frame.f_locals
        self.global_values = frame.f_globals
        self.frame = frame
        self.is_of_call = False
        """Whether what was asked of it may be otherwise for another call of the function."""

    def is_local(self, name: str) -> bool:
        return name in self.code.co_varnames or name in self.code.co_cellvars or name in self.code.co_freevars

    def parameters(self) -> tuple[str, ...]:
        count = self.code.co_argcount + self.code.co_kwonlyargcount
        return self.code.co_varnames[: count + bool(self.code.co_flags & _VARARGS)]

    def argument(self, name: str) -> list[ast.expr] | None:
        """What the caller's source hands over as this parameter; None where that cannot be told."""
        call = self._call()
        if call is None or self._is_rebound(name):
            return None
        named = [keyword.value for keyword in call.keywords if keyword.arg == name]
        names = self.code.co_varnames
        skipped = 1 if names[:1] in (("self",), ("cls",)) and isinstance(call.func, ast.Attribute) else 0
        position = names.index(name) - skipped
        if name == self.parameters()[-1] and self.code.co_flags & _VARARGS:
            return [ast.Tuple(call.args[self.code.co_argcount - skipped :], ast.Load())]
        return named or call.args[position : position + 1] or None

    def is_left_to_its_default(self, name: str) -> bool:
        """Whether the caller's source leaves a parameter out, and the function leaves it as it is."""
        call = self._call()
        if call is None or self._is_rebound(name) or not self._has_default(name):
            return False
        given = len(call.args) + (self.code.co_varnames[:1] in (("self",), ("cls",)))
        named = {keyword.arg for keyword in call.keywords}
        return self.code.co_varnames.index(name) >= given and not named & {name, None}

    def _call(self) -> ast.Call | None:
        """The caller's source, where it calls this function itself and writes out what it hands over."""
        self.is_of_call = True
        caller = self.frame.f_back
        call = parse_current(caller) if caller is not None else None
        if not isinstance(call, ast.Call) or any(isinstance(a, ast.Starred) for a in call.args):
            return None
        is_builtin = isinstance(call.func, ast.Name) and hasattr(builtins, call.func.id)
        return None if is_builtin else call  # `sorted(rows, key=function)` calls it from C

    def _has_default(self, name: str) -> bool:
        """Whether a parameter holds its default: a `partial()` leaves out of the call what it has given before."""
        default, value = _default_of(parse_function(self.code), name), self.local_values.get(name)
        if isinstance(default, ast.Name):
            return value is not None and self.global_values.get(default.id) is value
        try:
            return default is not None and bool(ast.literal_eval(default) == value)
        except (ValueError, TypeError):
            return False

    def _is_rebound(self, name: str) -> bool:
        function = parse_function(self.code)
        return function is None or any(_is_stored(node, name) for node in ast.walk(function))

    def assignments(self, name: str, changes: int = 0) -> list[ast.expr] | None:
        """What is assigned to a local name, or None where it is bound or changed in more than `changes` other ways."""
        function = None if name in self.parameters() else parse_function(self.code)
        return _assigned(list(ast.walk(function)), name, changes) if function is not None else None

    def parts(self, name: str) -> list[ast.expr] | None:
        """What statements outside of loops put into a local collection; None where something else may."""
        function = None if name in self.parameters() else parse_function(self.code)
        return parts_of(function, name) if function is not None else None

    def steps(self, name: str) -> list[ast.expr]:
        """By what ``name += 1`` and its like change a local name."""
        function = parse_function(self.code)
        nodes = ast.walk(function) if function is not None else ()
        return [n.value for n in nodes if isinstance(n, ast.AugAssign) and _is_name(n.target, name)]

    def outside(self) -> ModuleScope:
        """Names as the module of the frame's function sees them."""
        return ModuleScope(self.code.co_filename, self.global_values)


class ModuleScope:
    """Names as a module sees them."""

    def __init__(self, file: str, global_values: Mapping[str, Any]) -> None:
        self.file = file
        self.global_values = global_values

    def assignments(self, name: str) -> list[ast.expr] | None:
        """What the module assigns to a name, none where it is imported; None where something else may change it."""
        nodes = _nodes_about(self.file, name)
        return _assigned(nodes, name) if any(_is_stored(node, name) for node in nodes) else []


@lru_cache(maxsize=256)
def _nodes_about(file: str, name: str) -> list[ast.AST]:
    """The nodes of a module without functions that have a name of their own for something else."""
    module = parse_module(file)
    return list(_without_own(module, name)) if module is not None else []


def _without_own(node: ast.AST, name: str) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _FUNCTIONS) or not _has_own(child, name):
            yield from _without_own(child, name)


def _has_own(function: ast.AST, name: str) -> bool:
    """Whether a name is local to a function: a parameter of it, or assigned there and not declared global."""
    nodes = list(ast.walk(function))
    if any(isinstance(node, ast.Global) and name in node.names for node in nodes):
        return False
    return any(_is_stored(node, name) or (isinstance(node, ast.arg) and node.arg == name) for node in nodes)


def scope_of_iterable(frame: FrameType) -> Scope | None:
    """Where the iterable of a frame's loop was evaluated.

    A generator's or a comprehension's belongs to the function that made it; None where that has gone.
    """
    if frame.f_code.co_name not in _COMPREHENSIONS:
        return Scope(frame)
    maker = frame.f_back
    for _ in range(_FARTHEST_MAKER):
        if maker is None or any(constant is frame.f_code for constant in maker.f_code.co_consts):
            break
        maker = maker.f_back
    else:
        return None
    return Scope(maker) if maker is not None else None


def call_key(frame: FrameType, levels: int) -> tuple[Any, ...]:
    """Equal for frames of one function that were called by the same way."""
    key: list[Any] = []
    caller = frame.f_back
    for _ in range(levels):
        if caller is None:
            break
        key += (_place_of(caller.f_code), caller.f_lasti)
        caller = caller.f_back
    return tuple(key)


def _place_of(code: CodeType) -> tuple[str, int, str]:
    return code.co_filename, code.co_firstlineno, code.co_name


def _default_of(source: ast.AST | None, name: str) -> ast.expr | None:
    function = source.body[0] if isinstance(source, ast.Module) and source.body else None
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaulted = positional[len(positional) - len(arguments.defaults) :]
    defaults = zip(
        (*defaulted, *arguments.kwonlyargs), (*arguments.defaults, *arguments.kw_defaults), strict=True
    )
    return next((default for argument, default in defaults if argument.arg == name), None)


def _assigned(nodes: list[ast.AST], name: str, changes: int = 0) -> list[ast.expr] | None:
    values: list[ast.expr] = []
    for node in nodes:
        if isinstance(node, ast.Assign) and any(_is_name(target, name) for target in node.targets):
            values.append(node.value)
        elif isinstance(node, ast.AnnAssign) and _is_name(node.target, name):
            values += [node.value] if node.value is not None else []
        elif _is_growth(node, name):
            return None
    stored = sum(_is_stored(node, name) for node in nodes)
    return values if values and stored == len(values) + changes else None


def _is_growth(node: ast.AST, name: str) -> bool:
    """``name.append(...)``, ``name[key] = ...``, ``name[:] = ...``, ``del name[0]``."""
    if isinstance(node, ast.Attribute):
        return node.attr in _GROWING and _is_name(node.value, name)
    return (
        isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load) and _is_name(node.value, name)
    )


def _is_stored(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
