"""Which parts of a piece of source read an attribute of that name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from django_querywatch.capture.definitions import Definition

_LOOKUPS = frozenset(
    {
        *("select_related", "prefetch_related", "filter", "exclude", "order_by", "only", "defer"),
        *("values", "values_list"),
    }
)
"""Methods whose strings name columns, and read nothing of an object."""
_WHOLE_ROWS = frozenset({"__dict__", "vars", "model_to_dict", "serialize", "full_clean", "save"})
"""Names by which code gets at all columns of a row without naming one."""
_WORD = re.compile(r"[\w.]+")


class UnknownError(Exception):
    """What cannot be followed."""


def is_read(node: ast.AST, name: str) -> bool:
    """Whether a part of the source reads the name, as an attribute or in words; UnknownError where none can tell."""
    match node:
        case ast.Attribute(attr=attribute, value=value, ctx=ast.Load()) if attribute == name:
            return not (isinstance(value, ast.Name) and value.id == "request") and not (
                isinstance(value, ast.Attribute) and value.attr == "request"
            )
        case ast.Constant(value=str(text)):
            return bool(_WORD.fullmatch(text)) and name in re.split(r"\.|__", text)
        case ast.MatchClass(kwd_attrs=names):
            return name in names
        case ast.ClassDef(body=body):
            return any(name in Definition("", statement).names for statement in body)
        case ast.Call(func=ast.Name(id="getattr"), args=[_, asked, *_]):
            _check_known([asked])
        case ast.Call(func=ast.Name(id="attrgetter") | ast.Attribute(attr="attrgetter"), args=asked):
            _check_known(asked)
    return False


def reads_columns(node: ast.AST) -> bool:
    """Whether a part of the source takes whatever columns a row has."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in _WHOLE_ROWS
        case ast.Constant(value="__all__"):
            return True
    return False


def _check_known(asked: list[ast.expr]) -> None:
    if not all(isinstance(one, ast.Constant) for one in asked):
        raise UnknownError("a name that is made when it is needed")


def quiet_nodes(tree: ast.AST) -> Iterator[int]:
    """Strings that name columns in a lookup, and methods: `.items()` of a dict is no relation's manager."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if not node.keywords:
                yield id(node.func)
            if node.func.attr in _LOOKUPS:
                yield from (id(one) for one in node.args if isinstance(one, ast.Constant))
