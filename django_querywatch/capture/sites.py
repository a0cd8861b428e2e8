"""Places that are not an instruction: a template node, a class that a framework drives, a view function."""

from __future__ import annotations

import ast
import inspect
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile
from types import CodeType, FrameType
from typing import Any

from django.template.base import NodeList

from django_querywatch.capture.lineage import ATTRIBUTE
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.places import is_project_file, places
from django_querywatch.records import Frame


class TemplateSite:
    """A node of a Django template: its file, its line, and what tells it from others on that line.

    A template that is compiled anew for each rendering has the same sites each time.
    """

    __slots__ = ("key",)

    def __init__(self, node: Any, frame: FrameType | None = None) -> None:
        token = node.token
        # Only with the template option `debug` does Django know the column.
        within = token.position or (token.contents, _twins_before(node, frame))
        self.key = (node.origin.name, token.lineno, within)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TemplateSite) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def is_project(self) -> bool:
        return self.has_file and is_project_file(self.key[0])

    @property
    def has_file(self) -> bool:
        """False for a template that was compiled from a string."""
        return not self.key[0].startswith("<")

    def frame(self) -> Frame:
        return Frame(file=os.path.abspath(self.key[0]), line=self.key[1])


def template_site(frame: FrameType) -> TemplateSite | None:
    """The site of the node that `frame` renders, kept on the node's token; None for one that no source holds."""
    node = frame.f_locals["self"]
    token = getattr(node, "token", None)
    if token is None or getattr(node, "origin", None) is None:
        return None
    kept: TemplateSite | None = token.__dict__.get(ATTRIBUTE)
    if kept is None:
        kept = token.__dict__[ATTRIBUTE] = TemplateSite(node, frame.f_back)
    return kept


def _twins_before(node: Any, frame: FrameType | None) -> int:
    """How many nodes before this one in its list have the same text on the same line; `frame` goes over the list."""
    for caller in (frame, frame and frame.f_back):  # Python 3.11 gives a comprehension a frame of its own
        nodes: Any = caller.f_locals.get("self") if caller is not None else None
        if is_a(nodes, NodeList):
            before = takewhile(lambda other: other is not node, nodes)
            return sum(_is_twin(other.token, node.token) for other in before)
    return 0


def _is_twin(one: Any, other: Any) -> bool:
    return one is not None and (one.lineno, one.contents) == (other.lineno, other.contents)


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

    @property
    def is_written(self) -> bool:
        """Whether it, or a class of the project that it is made from, stands in a source."""
        return _is_written(self.owner) or any(
            _is_written(base) and _is_project_class(base) for base in self.owner.__mro__[1:]
        )

    def frame(self) -> Frame | None:
        return _class_frame(*self.key, places.project_packages)


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
def _class_frame(cls: type, names: tuple[str, ...], packages: tuple[str, ...]) -> Frame | None:
    """The place of a class; which of its bases are the project's depends on the `packages` that are named."""
    for name in names:
        for owner in filter(_is_project_class, cls.__mro__):
            line = _line_in_class(owner, name)
            if line is not None:
                return Frame(file=str(_class_file(owner)), line=line, function=owner.__qualname__)
    owner = next((owner for owner in cls.__mro__ if _is_written(owner)), cls)
    file = _class_file(owner)
    return Frame(file=file, line=_first_line(owner), function=owner.__qualname__) if file else None


def _is_written(owner: type) -> bool:
    """Whether the module of a class knows its name: one that a framework makes while it runs stands in no source."""
    module = sys.modules.get(owner.__module__)
    return hasattr(module, owner.__qualname__.partition(".")[0])


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
    for node in _of_class_bodies(tree):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            yield node.lineno  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == name:
            yield node.lineno


def _of_class_bodies(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in the class and the classes inside it; a method's own names are none of theirs."""
    yield node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from _of_class_bodies(child)
