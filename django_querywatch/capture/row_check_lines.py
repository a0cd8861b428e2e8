"""What a line of Python does with the number of rows: tests it, and goes over the rows next, or something else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from django_querywatch.capture.definitions import definition_at
from django_querywatch.capture.places import Site

_ANY = {(ast.Gt, 0), (ast.GtE, 1), (ast.NotEq, 0)}
_NONE = {(ast.Eq, 0), (ast.Lt, 1), (ast.LtE, 0)}
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_CALLS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom)
_LONGEST = 80


class PythonCheck(NamedTuple):
    """A test in Python."""

    written: str
    better: str
    """With `exists()`."""
    loaded: str
    """With the queryset itself, where its rows are loaded next."""
    code: Any
    loading_lines: frozenset[int]
    """Lines behind it that go over the same queryset, with nothing in between."""

    def is_loaded_by(self, place: Any) -> bool:
        return isinstance(place, Site) and place.facts.code is self.code and place.line in self.loading_lines


def python_check(site: Site, method: str) -> PythonCheck | None:
    """The test that an instruction's call is for; None where its result may be used for more. Kept on the site."""
    if python_check not in site.answers:
        site.answers[python_check] = _python_check(site, method)
    found: PythonCheck | None = site.answers[python_check]
    return found


def _python_check(site: Site, method: str) -> PythonCheck | None:
    code = site.facts.code
    position = site.positions
    try:
        definition = definition_at(code.co_filename, site.line)
    except (OSError, ValueError, SyntaxError):
        return None
    if definition is None:
        return None
    parents = {child: node for node in ast.walk(definition.node) for child in ast.iter_child_nodes(node)}
    calls = [node for node in parents if _is_call_at(node, method, position[1], position[3])]
    return _tested(calls[0], parents, code) if len(calls) == 1 else None


def _is_call_at(node: ast.AST, method: str, end_line: int | None, end_column: int | None) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
        and not node.args
        and not node.keywords
        and (node.end_lineno, node.end_col_offset) == (end_line, end_column)
    )


def _tested(call: ast.AST, parents: dict[ast.AST, ast.AST], code: Any) -> PythonCheck | None:
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    receiver = ast.unparse(call.func.value)
    test, is_any = _as_truth(call, parents)
    if test is None or len(receiver) > _LONGEST:
        return None
    no = "" if is_any else "not "
    statement = parents.get(test)
    lines = frozenset[int]()
    if (
        is_any
        and isinstance(call.func.value, ast.Name)
        and isinstance(statement, ast.If)
        and statement.test is test
    ):
        lines = frozenset(_loading_lines(statement, call.func.value.id))
    return PythonCheck(ast.unparse(test), f"{no}{receiver}.exists()", f"{no}{receiver}", code, lines)


def _as_truth(call: ast.AST, parents: dict[ast.AST, ast.AST]) -> tuple[ast.expr | None, bool]:
    """The largest expression that is nothing but the truth of a call, and whether that is "there are rows"."""
    assert isinstance(call, ast.expr)
    parent = parents.get(call)
    if isinstance(parent, ast.Compare):
        return _compared(parent, call)
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
        return parent, False
    return (call, True) if _is_condition(call, parents) else (None, False)


def _compared(compare: ast.Compare, call: ast.expr) -> tuple[ast.expr | None, bool]:
    if len(compare.ops) != 1:
        return None, False
    operator, other = type(compare.ops[0]), compare.comparators[0]
    if other is call:
        operator, other = _MIRRORED.get(operator, operator), compare.left
    if not isinstance(other, ast.Constant) or type(other.value) is not int:
        return None, False
    if (operator, other.value) in _ANY:
        return compare, True
    return (compare, False) if (operator, other.value) in _NONE else (None, False)


def _is_condition(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether an expression is asked for its truth alone."""
    parent = parents.get(node)
    match parent:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return test is node
        case ast.comprehension(ifs=conditions):
            return node in conditions
        case ast.BoolOp():
            return _is_condition(parent, parents)
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Call(func=ast.Name(id="bool"), args=[only]):
            return only is node
    return False


def _loading_lines(statement: ast.If, name: str) -> Iterator[int]:
    """Lines of the first statement of the body that does anything, where it goes over the queryset itself."""
    for inner in statement.body:
        nodes = list(ast.walk(inner))
        stored = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        if any(node.id == name for node in stored):
            return
        if isinstance(inner, ast.For) and _is_name(inner.iter, name):
            yield inner.iter.lineno
            return
        yield from (
            generator.iter.lineno
            for node in _unconditional(inner)
            if isinstance(node, _COMPREHENSIONS)
            for generator in node.generators[:1]
            if _is_name(generator.iter, name)
        )
        if any(isinstance(node, _CALLS) for node in nodes):
            return


def _unconditional(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a simple statement that are reached whenever it is."""
    if not isinstance(statement, (ast.Return, ast.Assign, ast.AnnAssign, ast.Expr)):
        return
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.IfExp, ast.BoolOp, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
