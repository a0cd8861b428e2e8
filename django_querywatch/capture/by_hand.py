"""Collections that statements fill one after the other: each adds what is written there, and no loop repeats it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_ADDING_ONE = frozenset({"append", "appendleft", "add", "insert"})
_ADDING_SEVERAL = frozenset({"extend", "update"})
_LOOKING = frozenset({"len", "enumerate", "zip", "reversed", "sorted", "list", "tuple", "set", "dict", "sum"})
_REPEATED = (ast.For, ast.AsyncFor, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def parts_of(function: ast.AST, name: str) -> list[ast.expr] | None:
    """The collections that a local name is made of, single items as a tuple; None where more may be in it."""
    parts = [part for statement in _once(function) if (part := _part(statement, name)) is not None]
    touched = sum(_is_touched(node, name) for node in ast.walk(function))
    is_given_away = any(_is_given_away(node, name) for node in ast.walk(function))
    return parts if parts and touched == len(parts) and not is_given_away else None


def _once(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements that a call of the function runs once at most."""
    function = node.body[0] if isinstance(node, ast.Module) and node.body else node
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        one = waiting.pop()
        if isinstance(one, _REPEATED):
            continue
        if isinstance(one, ast.stmt):
            yield one
        waiting.extend(n for n in ast.iter_child_nodes(one) if isinstance(n, (ast.stmt, ast.ExceptHandler)))


def _part(statement: ast.stmt, name: str) -> ast.expr | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            return value
        case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
            return value
        case ast.AugAssign(target=ast.Name(id=target), op=ast.Add() | ast.BitOr(), value=value) if (
            target == name
        ):
            return value
        case ast.Assign(targets=[ast.Subscript(ast.Name(id=target), ast.Constant())], value=value) if (
            target == name
        ):
            return ast.Tuple([value], ast.Load())
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(id=target), attr), [*_, item])) if target == name:
            if attr in _ADDING_ONE:
                return ast.Tuple([item], ast.Load())
            return item if attr in _ADDING_SEVERAL else None
    return None


def _is_touched(node: ast.AST, name: str) -> bool:
    """Whether a node sets or changes what a name stands for."""
    match node:
        case ast.Name(id=target, ctx=ast.Store() | ast.Del()):
            return target == name
        case ast.Subscript(value=ast.Name(id=target), ctx=ast.Store() | ast.Del()):
            return target == name
        case ast.Attribute(value=ast.Name(id=target), attr=attr):
            return target == name and attr not in ("items", "keys", "values", "copy", "get", "index", "count")
    return False


def _is_given_away(node: ast.AST, name: str) -> bool:
    """Whether a call gets the collection, and may fill it."""
    if not isinstance(node, ast.Call) or (isinstance(node.func, ast.Name) and node.func.id in _LOOKING):
        return False
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return any(isinstance(one, ast.Name) and one.id == name for one in given)
