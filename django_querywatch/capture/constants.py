"""What a name or an attribute stands for, where that was declared: a module's constant, a class's, a setting."""

from __future__ import annotations

import ast
import inspect
from enum import EnumMeta
from types import MappingProxyType
from typing import Any

from django_querywatch.capture.looking import is_a, own_attributes
from django_querywatch.capture.scopes import ModuleScope, Scope

_PLAIN = (str, bytes, int, float, bool, type(None), type)
_MISSING = object()


def value_behind(node: ast.expr, scope: Scope | ModuleScope) -> Any:
    """The value behind a module's name or a class's attribute; an instance's own attributes are data."""
    if isinstance(node, ast.Name):
        if isinstance(scope, Scope) and scope.is_local(node.id):
            return _local_owner(node.id, scope)
        return scope.global_values.get(node.id, _MISSING)
    if not isinstance(node, ast.Attribute):
        return _MISSING
    owner = value_behind(node.value, scope)
    if owner is _MISSING:
        return _MISSING
    if is_a(owner, EnumMeta):
        return owner
    if is_a(owner, type):
        return inspect.getattr_static(owner, node.attr, _MISSING)
    # A module or the settings: their attributes are what was declared.
    if type(owner).__name__ in ("module", "LazySettings"):
        return getattr(owner, node.attr, _MISSING)
    if not isinstance(node.value, ast.Name) or node.value.id != "self" or node.attr in own_attributes(owner):
        return _MISSING
    return inspect.getattr_static(type(owner), node.attr, _MISSING)


def _local_owner(name: str, scope: Scope) -> Any:
    """A local name whose attributes may be declared: `self`, `cls`, an enum."""
    scope.is_of_call = True
    owner = scope.local_values.get(name, _MISSING)
    return owner if name in ("self", "cls") or is_a(owner, EnumMeta) else _MISSING


def is_declared(value: Any) -> bool:
    """Whether a value looks like a constant of the source: an enum, plain values, functions and classes."""
    if is_a(value, EnumMeta):
        return True
    if is_a(value, (dict, MappingProxyType)):
        return all(is_a(key, (*_PLAIN, tuple)) for key in value)
    if is_a(value, (tuple, list, set, frozenset)):
        return all(is_a(item, (*_PLAIN, tuple, list, dict)) or callable(item) for item in value)
    return is_a(value, str)


def is_registry(value: Any) -> bool:
    """Whether a collection holds functions and classes alone, which only an import adds to."""
    items = list(value.values()) if is_a(value, dict) else value
    return is_a(items, (tuple, list, set, frozenset)) and all(callable(item) for item in items)
