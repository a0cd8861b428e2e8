"""``settings.QUERYWATCH`` -> ``Config``. Nothing else reads these settings; rooms receive the value."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from django_querywatch.ignore_rules import nearest
from django_querywatch.records import Config
from django_querywatch.settings_rules import EXAMPLES, RULES

DEFAULTS: dict[str, Any] = {
    field.name.upper(): field.default if field.default_factory is MISSING else field.default_factory()
    for field in fields(Config)
}
"""Every key with its default, but for ``ENABLED``: that is ``settings.DEBUG``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the settings, and what to do about it."""

    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}"


def get_config() -> Config:
    """The settings as a value; ImproperlyConfigured, with all that is wrong, where something is."""
    # Test runners turn DEBUG off without sending setting_changed: it belongs into the cache's key too.
    return _build_config(bool(settings.DEBUG))


def problems() -> list[Problem]:
    """What is wrong with the settings, for the system check and for ``get_config``."""
    given = _given()
    if not isinstance(given, Mapping):
        message = f"QUERYWATCH is of type {type(given).__name__}, not a dict"
        return [Problem(message, _hint({"ENABLED": True}))]
    return list(filter(None, itertools.starmap(_problem, given.items())))


@lru_cache(maxsize=2)
def _build_config(debug: bool) -> Config:
    found = problems()
    if found:
        raise ImproperlyConfigured("\n".join(map(str, found)))
    values = {"ENABLED": debug, **_given()}
    return Config(**{key.lower(): _frozen(value) for key, value in values.items()})


def _given() -> Any:
    return getattr(settings, "QUERYWATCH", {})


def _problem(key: object, value: object) -> Problem | None:
    rule = RULES.get(str(key))
    if rule is None:
        return Problem(f"QUERYWATCH has an unknown key {key!r}", _nearest_key(str(key)))
    found = rule(value)
    return Problem(f"QUERYWATCH[{key!r}] {found}", _hint({str(key): EXAMPLES[str(key)]})) if found else None


def _nearest_key(key: str) -> str:
    return nearest(key, RULES).replace("did", "Did", 1) or f"Valid keys: {', '.join(RULES)}."


def _hint(example: dict[str, object]) -> str:
    return f"Correct it in your settings file, for example to QUERYWATCH = {example}."


def _frozen(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(item) for item in value)
    return dict(value) if isinstance(value, Mapping) else value


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in ("QUERYWATCH", "DEBUG"):
        _build_config.cache_clear()


setting_changed.connect(_forget, dispatch_uid="django_querywatch.conf")
