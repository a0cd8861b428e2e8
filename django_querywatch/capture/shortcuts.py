"""What the source around an instruction says, where the byte code does not: read once per site and kept."""

from __future__ import annotations

import ast
from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import TypeVar

from django_querywatch.capture.places import Site
from django_querywatch.capture.source import parse_function, parse_range

_CALLING_BACK = frozenset(
    {
        "accumulate",
        "filter",
        "filterfalse",
        "groupby",
        "map",
        "max",
        "min",
        "nlargest",
        "nsmallest",
        "reduce",
        "sorted",
        "starmap",
    }
)
_CONSUMING = frozenset({"list", "tuple", "set", "sum", "dict", "frozenset", "deque"})
_STOPPING = frozenset({"any", "all", "next", "islice"})
_METHODS = frozenset({"sort", "join", "extend", "update"})


_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


_Answer = TypeVar("_Answer")


def _once_per_site(question: Callable[[Site], _Answer]) -> Callable[[Site], _Answer]:
    """Keep each answer on its site: the source is parsed once."""

    @wraps(question)
    def ask(site: Site) -> _Answer:
        answers = site.answers
        if question not in answers:
            answers[question] = question(site)
        return answers[question]  # type: ignore[no-any-return]

    return ask


class Iteration(Enum):
    """How a call goes through an iterable in C."""

    NONE = "none"
    TO_THE_END = "to the end"
    UNTIL = "until it has enough"


@_once_per_site
def iteration_of(site: Site) -> Iteration:
    """Whether the instruction calls something that goes through an iterable and runs project code per item."""
    tree = _tree(site)
    if not isinstance(tree, ast.Call):
        return Iteration.NONE
    name = _called_name(tree)
    if isinstance(tree.func, ast.Attribute) and name in _METHODS:
        return Iteration.TO_THE_END
    if name in _STOPPING:
        return Iteration.UNTIL
    return Iteration.TO_THE_END if name in _CALLING_BACK | _CONSUMING else Iteration.NONE


@_once_per_site
def has_key_function(site: Site) -> bool:
    """Whether the instruction is a call that takes a function to run per item: `sorted(rows, key=...)`."""
    tree = _tree(site)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree is not None else []
    return any(
        _called_name(call) in ("map", "filter") or any(keyword.arg == "key" for keyword in call.keywords)
        for call in calls
    )


@_once_per_site
def attribute_read(site: Site) -> str | None:
    """The name in ``order.user``, where that is what the instruction reads."""
    tree = _tree(site)
    return tree.attr if isinstance(tree, ast.Attribute) else None


@_once_per_site
def are_written_out(site: Site) -> bool:
    """Whether the tasks that an `await` or an `async with` waits for are written in the source one by one."""
    tree = _tree(site)
    if isinstance(tree, ast.Await):
        tree = tree.value
    if isinstance(tree, ast.Call):
        return bool(tree.args) and not any(isinstance(argument, ast.Starred) for argument in tree.args)
    function = parse_function(site.facts.code)
    line = site.line - site.facts.code.co_firstlineno + 1
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.AsyncWith) and node.lineno <= line <= (node.end_lineno or 0):
            return not any(isinstance(inner, _LOOPS) for inner in ast.walk(node))
    return False


def _tree(site: Site) -> ast.AST | None:
    return parse_range(site.facts.code.co_filename, *site.positions)


def _called_name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@_once_per_site
def is_filling_cache(site: Site) -> bool:
    """Whether the instruction runs only for what a mapping does not hold yet, and stores it there.

    `if key not in seen: seen[key] = ...`, `except KeyError: seen[key] = ...`, `functools.cache`.
    """
    if _is_memoised(site):
        return True
    function = parse_function(site.facts.code)
    if function is None:
        return False
    line = site.line - site.facts.code.co_firstlineno + 1
    for node in ast.walk(function):
        is_miss = isinstance(node, ast.ExceptHandler) and "KeyError" in ast.dump(node.type or node)
        is_absence = isinstance(node, ast.If) and _asks_for_absence(node.test)
        if not is_miss and not is_absence:
            continue
        body: list[ast.stmt] = node.body  # type: ignore[attr-defined]
        inside = body[0].lineno <= line <= (body[-1].end_lineno or 0)
        if inside and any(_stores_item(n) for statement in body for n in ast.walk(statement)):
            return True
    return False


def _asks_for_absence(test: ast.expr) -> bool:
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], (ast.NotIn, ast.Is))
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def _stores_item(node: ast.AST) -> bool:
    """An item of a mapping, or an attribute of a class: what is stored on an instance is stored for each."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return isinstance(node.value, ast.Name) and (node.value.id == "cls" or node.value.id[:1].isupper())
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)


def _is_memoised(site: Site) -> bool:
    """Whether the function that the instruction lies in is wrapped by `functools.cache` or `lru_cache`."""
    function = parse_function(site.facts.code)
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            decorators = map(ast.unparse, node.decorator_list)
            return any("cache" in decorator and "property" not in decorator for decorator in decorators)
    return False
