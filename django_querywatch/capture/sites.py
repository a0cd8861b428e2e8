"""Places that are not an instruction: a template node, a class that a framework drives, a view function."""

from __future__ import annotations

import ast
import inspect
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType
from typing import Any

from django_querywatch.capture.places import is_project_file
from django_querywatch.records import Frame


class TemplateSite:
    """A node of a Django template."""

    __slots__ = ("key",)

    def __init__(self, node: Any) -> None:
        token = node.token
        self.key = (node.origin.name, token.lineno, token.position)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TemplateSite) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def is_project(self) -> bool:
        return is_project_file(self.key[0])

    def frame(self) -> Frame:
        return Frame(file=os.path.abspath(self.key[0]), line=self.key[1])


class ClassSite:
    """A class that a framework drives, and the names in its body to point at, best first."""

    __slots__ = ("key", "owner")

    def __init__(self, owner: type, names: tuple[str, ...] = ()) -> None:
        self.owner = owner
        self.key = (owner, names)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClassSite) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def is_project(self) -> bool:
        return _is_project_class(self.owner)

    def frame(self) -> Frame | None:
        return _class_frame(*self.key)


class FunctionSite:
    """A function that a framework calls: a view that holds no line of its own to blame."""

    __slots__ = ("code",)

    def __init__(self, code: CodeType) -> None:
        self.code = code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FunctionSite) and self.code is other.code

    def __hash__(self) -> int:
        return id(self.code)

    @property
    def is_project(self) -> bool:
        return is_project_file(self.code.co_filename)

    def frame(self) -> Frame:
        return Frame(
            file=os.path.abspath(self.code.co_filename),
            line=self.code.co_firstlineno,
            function=self.code.co_name,
        )


def view_site(callback: Any) -> ClassSite | FunctionSite | None:
    """The class or the function behind a view, as Django, its admin and REST framework tell it."""
    owner = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    model_admin = getattr(callback, "model_admin", None)
    if model_admin is not None:
        owner = type(model_admin)
    if owner is not None:
        return ClassSite(owner, ("queryset", "model"))
    code = getattr(inspect.unwrap(callback), "__code__", None)
    return FunctionSite(code) if code is not None else None


@lru_cache(maxsize=512)  # `inspect` parses the whole module for one class
def _class_frame(cls: type, names: tuple[str, ...]) -> Frame | None:
    for name in names:
        for owner in filter(_is_project_class, cls.__mro__):
            line = _line_in_class(owner, name)
            if line is not None:
                return Frame(file=str(_class_file(owner)), line=line, function=owner.__qualname__)
    file = _class_file(cls)
    return Frame(file=file, line=_first_line(cls), function=cls.__qualname__) if file else None


def _is_project_class(owner: type) -> bool:
    file = _class_file(owner)
    return file is not None and is_project_file(file)


def _class_file(owner: type) -> str | None:
    module = sys.modules.get(owner.__module__)
    file = getattr(module, "__file__", None)
    return os.path.abspath(file) if file else None


@lru_cache(maxsize=256)
def _class_source(owner: type) -> tuple[list[str], int] | None:
    try:
        return inspect.getsourcelines(owner)
    except (OSError, TypeError):
        return None


def _first_line(owner: type) -> int:
    """The line of the `class` statement itself, below its decorators."""
    source = _class_source(owner)
    if source is None:
        return 1
    lines, start = source
    return start + next((n for n, line in enumerate(lines) if line.lstrip().startswith("class ")), 0)


def _line_in_class(owner: type, name: str) -> int | None:
    """The line of a class body that assigns `name`, or lists it as a string."""
    source = _class_source(owner)
    if source is None or not _is_own(owner, name, source[0]):
        return None
    lines, start = source
    indent = len(lines[0]) - len(lines[0].lstrip())
    try:
        tree = ast.parse("".join(line[indent:] if line.strip() else line for line in lines))
    except SyntaxError:
        return None
    return next((start + node_line - 1 for node_line in _lines_naming(tree, name)), None)


def _is_own(owner: type, name: str, lines: list[str]) -> bool:
    return any(name in line for line in lines)


def _lines_naming(tree: ast.AST, name: str) -> Iterator[int]:
    nodes = list(ast.walk(tree))
    for node in nodes:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            yield node.lineno  # type: ignore[attr-defined]
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value == name:
            yield node.lineno
