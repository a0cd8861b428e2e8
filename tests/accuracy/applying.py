"""Makes an advised change in the source, as its reader would, and runs the result.

The line that builds the queryset is rewritten with the suggestion put in, and the statement around it (the
view, a service, a class) is compiled again under its own file and line numbers.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from django.db import models

from tests.accuracy.declare import DECORATORS, Scenario, View
from tests.accuracy.marks import Line

AFTER_MANAGER = re.compile(r"\b[A-Z]\w*\.(?:objects|_default_manager|_base_manager)(?=\.)(?!\.raw\()")
BARE_MANAGER = re.compile(r"\b[A-Z]\w*\.(?:objects|_default_manager)\b(?!\.)")
BEFORE_CALL = re.compile(
    r"(?=\.(?:all|filter|exclude|order_by|prefetch_related|select_related|only|iterator)\()"
)
MECHANICAL = re.compile(r"(select_related|prefetch_related|only|defer)\(.*\)$")
LEFT_OUT = re.compile(r"\.(?:only|defer)\([^()]*\)")
PREFETCH = re.compile(r"\.prefetch_related\((?:[^()]|\([^()]*\))*\)")
OWN_METHOD = re.compile(r"\.objects\.(\w+)\((?:[^()]|\([^()]*\))*\)")
SHORTCUT = re.compile(r"(?<=_or_404\()(\w+)(?=[,)])")
CLASS_MODEL = re.compile(r"^(\s*)model = (\w+)")
NAMES = {name: getattr(models, name) for name in ("Prefetch", "Count", "Exists", "OuterRef", "Sum", "Q")}


class NotMechanicalError(Exception):
    """The change needs a person: no call, the culprit has to change too, or no place for it."""


def rewrite(text: str, suggestion: str) -> str:
    """Put the call into the line that builds the queryset."""
    if not MECHANICAL.match(suggestion) or "Prefetch(" in suggestion:
        raise NotMechanicalError(suggestion)
    if match := CLASS_MODEL.match(text):
        return f"{match[1]}queryset = {match[2]}._default_manager.{suggestion}"
    if (match := LEFT_OUT.search(text)) and LEFT_OUT.match(f".{suggestion}"):
        return f"{text[: match.start()]}.{suggestion}{text[match.end() :]}"
    if suggestion.startswith("prefetch_related(") and (match := PREFETCH.search(text)):
        return f"{text[: match.end()]}.{suggestion}{text[match.end() :]}"
    if (match := OWN_METHOD.search(text)) and not hasattr(models.QuerySet, match[1]):
        return f"{text[: match.end()]}.{suggestion}{text[match.end() :]}"
    for pattern in (AFTER_MANAGER, BARE_MANAGER, SHORTCUT, BEFORE_CALL):
        if match := pattern.search(text):
            call = f".objects.{suggestion}" if pattern is SHORTCUT else f".{suggestion}"
            return f"{text[: match.end()]}{call}{text[match.end() :]}"
    raise NotMechanicalError(text.strip())


@contextmanager
def applied(scenario: Scenario, calls: Iterable[str], line: Line) -> Iterator[View | None]:
    """Yield the scenario's view as it is with the suggested calls applied at that line."""
    file, number = line
    if not file.endswith(".py"):
        raise NotMechanicalError(file)
    statement = _statement(Path(file).read_text(), number)
    source = Path(file).read_text().splitlines()
    for call in calls:
        source[number - 1] = rewrite(source[number - 1], call)
    module = _module(file)
    code = _compiled(source, statement, file)
    name = getattr(statement, "name", None)
    own = scenario.view and {scenario.name, scenario.view.__name__}
    if own and name in own and module.__name__ == scenario.view.__module__:
        namespace = {**NAMES, **vars(module)}
        exec(code, namespace)
        yield namespace[name]
        return
    with _replaced(module, code):
        yield scenario.view


@contextmanager
def _replaced(module: ModuleType, code: Any) -> Iterator[None]:
    before = dict(vars(module))
    vars(module).update({name: value for name, value in NAMES.items() if name not in before})
    try:
        exec(code, vars(module))
        yield
    finally:
        vars(module).clear()
        vars(module).update(before)


def _statement(source: str, number: int) -> ast.stmt:
    for node in ast.parse(source).body:
        if node.lineno <= number <= (node.end_lineno or node.lineno):
            return node
    raise NotMechanicalError(f"line {number}")


def _compiled(source: list[str], statement: ast.stmt, file: str) -> Any:
    """The one statement at its own line numbers, without the decorators that declare scenarios."""
    decorators = getattr(statement, "decorator_list", [])
    start = min([statement.lineno, *(node.lineno for node in decorators)])
    kept = [""] * (start - 1) + source[start - 1 : statement.end_lineno]
    for node in decorators:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DECORATORS:
            kept[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return compile("\n".join(kept) + "\n", file, "exec", dont_inherit=True)


def _module(file: str) -> ModuleType:
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) == file:
            return module
    raise NotMechanicalError(file)
