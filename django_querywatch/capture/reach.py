"""Whether code that a queryset's rows may come to reads a relation, be it under a condition that was never met.

From the line that builds the queryset, the functions that were running, and whoever names these, it goes through all
that they name: functions, classes, templates. What cannot be followed counts as reading.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from importlib.util import resolve_name
from types import ModuleType
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_init
from django.template import TemplateDoesNotExist
from django.template.backends.django import Template
from django.template.loader import get_template
from django.views.generic.base import TemplateResponseMixin, View

from django_querywatch.capture.definitions import (
    Definition,
    binding,
    definition_at,
    definition_of,
    definitions_in,
    module_of,
    naming,
)
from django_querywatch.capture.places import Site, is_project_file
from django_querywatch.capture.readings import UnknownError, is_read, quiet_nodes, reads_columns
from django_querywatch.capture.sites import TemplateSite
from django_querywatch.capture.template_text import template_text

_TEMPLATE = re.compile(r"[\w./-]+\.(?:html?|txt|xml|svg|js|json|csv|md|eml)")
_COMMON = frozenset(name for known in (View, Model, dict, list, str) for name in dir(known))
"""Method names that say nothing of whose they are."""
_MOST = 400
"""Definitions and templates that are looked at: whoever comes to more may come to anything."""


def may_be_read(name: str, model: Any, places: set[Any], origin: Site, is_column: bool = False) -> bool:
    """Whether the code around these places writes `.name`, or could without anybody seeing it."""
    reach = _Reach(name, is_column)
    try:
        if post_init.has_listeners(model):
            return True
        for place in places:
            reach.start_at(place)
        reach.carry(reach.start_at(origin))
        for base in model.__mro__:
            for one in definition_of(base):
                reach.add(one)
        return reach.reads()
    except (UnknownError, OSError, ValueError, ImportError, SyntaxError, RecursionError):
        return True


class _Reach:
    def __init__(self, name: str, is_column: bool) -> None:
        self.name = name
        self.is_column = is_column
        self.waiting: list[Definition] = []
        self.templates: list[str] = []
        self.seen: set[Any] = set()

    def start_at(self, place: Any) -> Definition | None:
        """Take in a place on the stack; its definition, where it has one."""
        if isinstance(place, TemplateSite):
            if place.is_project:
                self.add_template(place.key[0])
            return None
        if not isinstance(place, Site) or not place.facts.is_project:
            return None
        frame = place.frame()
        if place.facts.template_lines:
            raise UnknownError("Jinja keeps no names")
        definition = definition_at(frame.file, frame.line)
        if definition is None or module_of(frame.file) is None:
            raise UnknownError(frame.file)
        self.add(definition)
        return definition

    def carry(self, origin: Definition | None) -> None:
        """Take in whoever may get the queryset: all that name its definition, and all that name those."""
        carriers = [origin] if origin is not None else []
        known: set[str] = set()
        while carriers:
            for name in carriers.pop().names - known - _COMMON:
                known.add(name)
                for one in naming(name):
                    if self.add(one):
                        carriers.append(one)

    def add(self, definition: Definition) -> bool:
        key = (definition.file, definition.node.lineno)
        if key in self.seen:
            return False
        if len(self.seen) >= _MOST:
            raise UnknownError("too much")
        self.seen.add(key)
        self.waiting.append(definition)
        return True

    def add_template(self, file: str) -> None:
        if file not in self.seen:
            self.seen.add(file)
            self.templates.append(file)

    def reads(self) -> bool:
        """Whether any of it reads the relation."""
        while self.waiting or self.templates:
            if self.templates:
                if self._template_reads(self.templates.pop()):
                    return True
            elif self._definition_reads(self.waiting.pop()):
                return True
        return False

    def _definition_reads(self, definition: Definition) -> bool:
        module = module_of(definition.file)
        names = vars(module) if module is not None else {}
        own = names.get(getattr(definition.node, "name", ""))
        if isinstance(own, type) and issubclass(own, TemplateResponseMixin) and not own.template_name:
            raise UnknownError("its template is named nowhere")
        is_model = isinstance(own, type) and issubclass(own, Model)
        body = definition.node
        parts = (
            [node for node in body.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
            if is_model and isinstance(body, ast.ClassDef)
            else [body]
        )
        for part in parts:
            quiet = set(quiet_nodes(part))
            for node in ast.walk(part):
                if id(node) not in quiet and is_read(node, self.name):
                    return True
                if self.is_column and reads_columns(node):
                    return True
                self._follow(node, names, definition.file)
        return False

    def _follow(self, node: ast.AST, names: dict[str, Any], file: str) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in names:
                self._come_to(name, names[name], file)
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if isinstance(
                names.get(owner), ModuleType
            ):
                self._come_to(name, getattr(names[owner], name, None), file)
            case ast.Call(func=ast.Attribute(attr=name)) if name not in _COMMON:
                self._come_to_methods(name)
            case ast.ImportFrom(names=aliases):
                module = _imported(node, names)
                for alias in aliases:
                    self._come_to(alias.name, getattr(module, alias.name, None), file)
            case ast.Constant(value=str(text)) if _TEMPLATE.fullmatch(text):
                self._come_to_template(text)

    def _come_to(self, name: str, value: Any, file: str) -> None:
        for one in definitions_in(file):
            if name in one.names:
                self.add(one)
            elif isinstance(one.node, ast.ImportFrom):
                self._come_through(one.node, name, file)
        if not isinstance(value, ModuleType):
            for one in definition_of(value):
                self.add(one)

    def _come_through(self, statement: ast.ImportFrom, name: str, file: str) -> None:
        """From an import to what it imports, which may be no function: a dict of them."""
        for alias in statement.names:
            if name == (alias.asname or alias.name) and ("import", file, name) not in self.seen:
                self.seen.add(("import", file, name))
                source = getattr(_imported(statement, vars(module_of(file))), "__file__", None)
                if source is not None and is_project_file(source):
                    self._come_to(alias.name, None, os.path.abspath(source))

    def _come_to_methods(self, name: str) -> None:
        """Whoever's method it is: any of the project's of that name may be meant."""
        if ("method", name) not in self.seen:
            self.seen.add(("method", name))
            for one in binding(name):
                self.add(one)

    def _come_to_template(self, name: str) -> None:
        try:
            found = get_template(name)
        except TemplateDoesNotExist:
            return
        if not isinstance(found, Template):
            raise UnknownError("a template of another engine")
        self.add_template(str(found.origin.name))

    def _template_reads(self, file: str) -> bool:
        if not is_project_file(file):
            return False
        text = template_text(file)
        if text.reads(self.name):
            return True
        if not text.is_followed:
            raise UnknownError("a template that is named when it is rendered")
        for name in text.parts:
            self._come_to_template(name)
        self._come_to_tags(text.libraries)
        return False

    def _come_to_tags(self, libraries: tuple[str, ...]) -> None:
        for module in list(sys.modules.values()):
            name, file = getattr(module, "__name__", ""), getattr(module, "__file__", None)
            is_meant = name.rpartition(".")[2] in libraries and hasattr(module, "register")
            if file and is_meant and is_project_file(file):
                for one in definitions_in(os.path.abspath(file)):
                    self.add(one)


def _imported(node: ast.ImportFrom, names: dict[str, Any]) -> ModuleType:
    """The module that an import in a function is from."""
    package = names.get("__package__") or ""
    name = resolve_name(f"{'.' * node.level}{node.module or ''}", package)
    if name not in sys.modules:
        raise UnknownError(name)
    return sys.modules[name]
