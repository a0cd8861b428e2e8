"""What functions of the project give back, where nothing but their source decides it: a list of tabs, of states."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any

from django_querywatch.capture.looking import is_a
from django_querywatch.capture.scopes import ModuleScope
from django_querywatch.capture.source import parse_function

_YIELDING = (ast.Yield, ast.YieldFrom)


def answers_of(function: Any) -> tuple[list[ast.expr], ModuleScope] | None:
    """What a function or a property returns, and where its names are found; None where its own names are in it."""
    function = function.fget if is_a(function, property) else function
    if not is_a(function, FunctionType):
        return None
    tree, code = parse_function(function.__code__), function.__code__
    nodes = list(ast.walk(tree)) if tree is not None else []
    returned = [node.value for node in nodes if isinstance(node, ast.Return) and node.value is not None]
    own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
    names = {n.id for value in returned for n in ast.walk(value) if isinstance(n, ast.Name)}
    if names & own or any(isinstance(node, _YIELDING) for node in nodes):
        return None
    return returned, ModuleScope(code.co_filename, function.__globals__)
