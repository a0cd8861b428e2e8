"""Whether a library asked for itself: then no line of the project holds the queryset that would have to change."""

from __future__ import annotations

import os
from collections.abc import Iterable
from types import CodeType
from typing import Any

from django_querywatch.capture.places import INSTALLED, Site

_ON_BEHALF: frozenset[str | None] = frozenset(
    {
        None,
        "asgiref",
        "django",
        "django_querywatch",
        "graphene",
        "graphene_django",
        "graphql",
        "jinja2",
        "ninja",
        "pydantic",
        "pydantic_core",
        "rest_framework",
        "strawberry",
        "strawberry_django",
    }
)
"""Packages whose own frames read what a template, a serializer or a schema of the project names; our wraps; and what
belongs to no package."""
_VALIDATING = frozenset(
    {
        "ForeignKey.validate",
        "Model._perform_unique_checks",
        "UniqueConstraint.validate",
        "CheckConstraint.validate",
        "ExclusionConstraint.validate",
    }
)
"""What `full_clean()` asks of the database: no queryset of the project can answer for it."""
_FORMS = f"{os.sep}django{os.sep}forms{os.sep}"
_ORM = f"{os.sep}django{os.sep}db{os.sep}"
_CONTRIB = f"{os.sep}django{os.sep}contrib{os.sep}"


def is_librarys(key: Iterable[Any]) -> bool:
    """Whether the innermost code of a stack key that asks for itself belongs to an installed package."""
    for site in key:
        if not isinstance(site, Site) or site.facts.is_project:
            return False
        if site.facts.role is None and _asks(site.facts.code):
            return True
    return False


def is_frameworks(key: Iterable[Any]) -> bool:
    """Whether the innermost code beyond the ORM is that of Django's forms, or of an application of its own."""
    for site in key:
        if not isinstance(site, Site) or site.facts.is_project:
            return False
        file = site.facts.code.co_filename
        if site.facts.role is None and _package_of(site.facts.code) == "django" and _ORM not in file:
            return _CONTRIB in file or _FORMS in file
    return False


def _asks(code: CodeType) -> bool:
    package = _package_of(code)
    return code.co_qualname in _VALIDATING if package == "django" else package not in _ON_BEHALF


def asks_for_itself(code: CodeType) -> bool:
    """Whether code outside of the project builds its own query when it builds one: Django's applications do, too."""
    package = _package_of(code)
    return _CONTRIB in code.co_filename if package == "django" else package not in _ON_BEHALF


def _package_of(code: CodeType) -> str | None:
    """Name of the installed package that code belongs to; None for the standard library's and the project's."""
    for folder in INSTALLED:
        _, found, path = code.co_filename.rpartition(folder)
        if found:
            return path.split(os.sep, 1)[0].removesuffix(".py")
    return None
