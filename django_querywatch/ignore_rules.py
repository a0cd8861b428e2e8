"""What an entry of ``QUERYWATCH["IGNORE"]`` may hold, checked against the project's real models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

from django.apps import apps
from django.db.models import Model

from django_querywatch.analysis.until import is_until
from django_querywatch.records import KINDS

_MATCHING = ("relation", "file", "url_name", "view", "kind")


def nearest(word: str, words: Iterable[str]) -> str:
    """``did you mean 'THRESHOLD'?``, or nothing where no word is like it."""
    by_lower = {known.lower(): known for known in words}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean {by_lower[found[0]]!r}?" if found else ""


def ignore_problem(entry: object) -> str | None:
    """Say what is wrong with an entry, as the end of a sentence that begins with it."""
    if not isinstance(entry, Mapping):
        return "is not a dict"
    for key, value in entry.items():
        if key not in _RULES:
            return f"has the unknown key {key!r} ({nearest(str(key), _RULES) or _valid(_RULES)})"
        if not isinstance(value, str) or not value.strip():
            return f"has a {key!r} that is not a string with something in it"
        if problem := _RULES[key](value):
            return problem
    if not any(key in entry for key in _MATCHING):
        return f"would match everything: give it one of {', '.join(_MATCHING)}"
    return None


def _valid(words: Iterable[str]) -> str:
    return f"valid are {', '.join(words)}"


def _anything(value: str) -> str | None:
    return None


def _kind(value: str) -> str | None:
    if value in KINDS:
        return None
    return f"has the unknown kind {value!r} ({nearest(value, KINDS) or _valid(KINDS)})"


def _until(value: str) -> str | None:
    if is_until(value):
        return None
    return f"has an 'until' of {value!r}, which is no date: write '2027-03-31', or '2027-03' for all of March"


def _relation(value: str) -> str | None:
    parts = value.split(".")
    if len(parts) not in (2, 3) or not all(parts):
        return f"has a 'relation' {value!r} that is not of the form 'shop.Order.user' or 'shop.Order'"
    if not apps.models_ready:
        return None
    label = ".".join(parts[:2])
    models = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    if label not in models:
        guess = nearest(label, models) or "labels are written as in 'shop.Order'"
        return f"names a model {label!r} that does not exist ({guess})"
    return _field_problem(models[label], parts[2]) if len(parts) == 3 else None


def _field_problem(model: type[Model], name: str) -> str | None:
    names = set(_accessors(model))
    if name in names:
        return None
    guess = nearest(name, names) or _valid(sorted(names))
    return f"names {name!r}, which {model._meta.label} does not have ({guess})"


def _accessors(model: type[Model]) -> Iterable[str]:
    for field in model._meta.get_fields():
        accessor = getattr(field, "get_accessor_name", None)
        name = accessor() if accessor else field.name
        if name:
            yield name


_RULES: dict[str, Callable[[str], str | None]] = {
    "relation": _relation,
    "file": _anything,
    "url_name": _anything,
    "view": _anything,
    "kind": _kind,
    "until": _until,
    "reason": _anything,
}
