"""The project's source by its definitions: what the top level of a module defines, and who names it."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from django.apps import apps

from django_querywatch.capture.places import is_project_file

_LARGEST_FILE = 1_000_000
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Definition(NamedTuple):
    """A statement at the top of a module."""

    file: str
    node: ast.stmt

    @property
    def names(self) -> set[str]:
        """What it binds; of a class, its methods too."""
        node = self.node
        if isinstance(node, ast.ClassDef):
            return {node.name, *(one.name for one in node.body if isinstance(one, _Function))}
        if isinstance(node, _Function):
            return {node.name}
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        return {target.id for target in targets if isinstance(target, ast.Name)}


@lru_cache(maxsize=512)
def definitions_in(file: str) -> tuple[Definition, ...]:
    """The top level of a file; ValueError or OSError where it cannot be read."""
    if Path(file).stat().st_size > _LARGEST_FILE:
        raise ValueError(f"{file} is too large to be read")
    return tuple(Definition(file, node) for node in ast.parse(Path(file).read_bytes()).body)


def definition_at(file: str, line: int) -> Definition | None:
    """The top-level statement that a line lies in."""
    for one in definitions_in(file):
        decorators = getattr(one.node, "decorator_list", ())
        first = min((one.node.lineno, *(decorator.lineno for decorator in decorators)))
        if first <= line <= (one.node.end_lineno or 0):
            return one
    return None


def module_of(file: str) -> ModuleType | None:
    """The module that was imported from a file."""
    for module in list(sys.modules.values()):
        found = getattr(module, "__file__", None)
        if found is not None and os.path.abspath(found) == file:
            return module
    return None


def definition_of(value: Any) -> Iterator[Definition]:
    """Where the project defines a function, a class, or the class of an object."""
    if not hasattr(value, "__qualname__") or isinstance(value, ModuleType):
        value = type(value)
    module = sys.modules.get(getattr(value, "__module__", None) or "")
    file = getattr(module, "__file__", None)
    if file is None or not is_project_file(file):
        return
    top = str(value.__qualname__).partition(".")[0]
    yield from (one for one in definitions_in(os.path.abspath(file)) if top in one.names)


def naming(name: str) -> Iterator[Definition]:
    """Every definition of the project that writes a name, in modules that were not imported too."""
    for file in project_files():
        if name in _text(file):
            for one in definitions_in(file):
                if isinstance(one.node, (ast.Import, ast.ImportFrom)) or "urlpatterns" in one.names:
                    continue  # they pass on the function, and nothing that it returns
                if any(_is_written(node, name) for node in ast.walk(one.node)):
                    yield one


def binding(name: str) -> Iterator[Definition]:
    """Every definition of the project of that name, and every class that has a method of it."""
    for file in project_files():
        if name in _text(file):
            yield from (one for one in definitions_in(file) if name in one.names)


def project_files() -> Iterator[str]:
    """The Python files of the project: those of its applications, and all that were imported."""
    files = {
        os.path.abspath(file)
        for module in list(sys.modules.values())
        if (file := getattr(module, "__file__", None)) and file.endswith(".py") and is_project_file(file)
    }
    for config in apps.get_app_configs():
        if is_project_file(os.path.join(config.path, "apps.py")):
            files |= {os.path.abspath(path) for path in Path(config.path).rglob("*.py")}
    yield from sorted(files)


@lru_cache(maxsize=512)
def _text(file: str) -> str:
    return Path(file).read_text(encoding="utf-8", errors="replace")


def _is_written(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=found) | ast.Attribute(attr=found) | ast.alias(name=found):
            return found == name
        case ast.Constant(value=str(text)):
            return name in text.split(".")
    return False
