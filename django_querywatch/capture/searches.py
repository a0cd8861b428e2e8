"""Loops that go on until a query has the answer they look for: a name that is free, a row that can be had.

Whether there is another round is known by the answer alone: no query before the loop can ask for all rounds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from types import CodeType, FrameType

from django_querywatch.capture.loops import Loop
from django_querywatch.capture.source import parse_function

_LEAVING = (ast.Break, ast.Return, ast.Raise)


def is_search(loop: Loop, frame: FrameType) -> bool:
    """Whether the line that `frame` is at asks what decides if the loop goes on."""
    if loop.questions is None:
        loop.questions = tuple(_questions(loop, frame.f_code))
    return any(first <= frame.f_lineno <= last for first, last in loop.questions)


def _questions(loop: Loop, code: CodeType) -> Iterator[tuple[int, int]]:
    """The lines of what is asked before each next round."""
    node = _statement(loop, code)
    if node is None:
        return
    above = code.co_firstlineno - 1
    for asked in _asked(node):
        yield above + asked.lineno, above + (asked.end_lineno or asked.lineno)


def _statement(loop: Loop, code: CodeType) -> ast.While | ast.For | None:
    """The `while` or `for` that a loop was compiled from: the smallest that all of its lines lie in."""
    function = parse_function(code)
    if function is None:
        return None
    positions = enumerate(islice(code.co_positions(), loop.last // 2 + 1))
    above = code.co_firstlineno - 1
    lines = {line - above for number, (line, *_) in positions if line and 2 * number in loop.body}
    around = [
        node
        for node in ast.walk(function)
        if isinstance(node, (ast.While, ast.For))
        and lines
        and node.lineno <= min(lines)
        and max(lines) <= (node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _asked(node: ast.While | ast.For) -> Iterator[ast.expr]:
    if isinstance(node, ast.While) and not isinstance(node.test, ast.Constant):
        if node.body[0].lineno > (node.test.end_lineno or 0):
            yield node.test
        names = {name.id for name in ast.walk(node.test) if isinstance(name, ast.Name)}
        yield from (one.value for one in _inside(node) if _is_assigned(one, names))  # type: ignore[attr-defined]
    elif isinstance(node, ast.While) or _is_endless(node.iter):
        yield from (one.test for one in _inside(node) if isinstance(one, ast.If) and _leaves(one))


def _inside(node: ast.While | ast.For) -> Iterator[ast.stmt]:
    """The statements of a loop without those of loops and functions inside it."""
    waiting = list(node.body)
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, (ast.While, ast.For, ast.AsyncFor, ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting.extend(inner for inner in ast.iter_child_nodes(one) if isinstance(inner, ast.stmt))


def _is_assigned(statement: ast.stmt, names: set[str]) -> bool:
    """``taken = is_taken(name)`` in ``while taken:``, ``node = Node.objects.get(...)`` in ``while node.parent_id:``."""
    if not isinstance(statement, ast.Assign):
        return False
    return any(isinstance(target, ast.Name) and target.id in names for target in statement.targets)


def _is_endless(iterable: ast.expr) -> bool:
    """``for number in itertools.count(1):``"""
    match iterable:
        case ast.Call(
            func=ast.Name(id="count") | ast.Attribute(attr="count", value=ast.Name(id="itertools"))
        ):
            return True
    return False


def _leaves(statement: ast.If) -> bool:
    ends = [statement.body[-1], *statement.orelse[-1:]]
    return any(isinstance(end, _LEAVING) for end in ends)
