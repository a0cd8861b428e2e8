"""What each key of ``settings.QUERYWATCH`` may hold. A rule returns what is wrong with a value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from string import Formatter

from django.apps import apps

from django_querywatch import reporters
from django_querywatch.ignore_rules import ignore_problem

Rule = Callable[[object], "str | None"]


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _boolean(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be True or False"


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _threshold(value: object) -> str | None:
    is_valid = value is None or _is_whole(value, least=2)
    return None if is_valid else "must be None or a whole number from 2 on"


def _slow_ms(value: object) -> str | None:
    is_valid = value is None or (_is_number(value) and value > 0)  # type: ignore[operator]
    return None if is_valid else "must be None or a number of milliseconds above 0"


def _row_size(value: object) -> str | None:
    is_valid = value is None or _is_whole(value, least=1)
    return None if is_valid else "must be None or a whole number of bytes above 0"


def _max_queries(value: object) -> str | None:
    if isinstance(value, Mapping) and all(is_text(key) and is_limit(limit) for key, limit in value.items()):
        return None
    return "must be a dict of route or URL name -> whole number of queries from 0 on"


def is_limit(value: object) -> bool:
    return _is_whole(value, least=0)


def _sample_rate(value: object) -> str | None:
    if isinstance(value, Mapping):
        wrong = next((path for path in value if not _is_path(path) or not _is_share(value[path])), None)
        return (
            None if wrong is None else f"has an entry {wrong!r} that is no path or glob -> number from 0 to 1"
        )
    return None if _is_share(value) else "must be a number from 0 to 1, or a dict of such by paths"


def _is_share(value: object) -> bool:
    return _is_number(value) and 0 <= value <= 1  # type: ignore[operator]


def _is_path(value: object) -> bool:
    return is_text(value) and str(value).startswith(("/", "*"))


def _texts(value: object) -> str | None:
    is_valid = isinstance(value, (list, tuple)) and all(map(is_text, value))
    return None if is_valid else "must be a list of strings"


def _reporters(value: object) -> str | None:
    if problem := _texts(value):
        return problem
    # Before the models are there, importing a project's module may fail for that reason alone.
    if not apps.models_ready:
        return None
    return next(filter(None, map(_reporter_problem, value)), None)  # type: ignore[call-overload]


def _reporter_problem(dotted_path: str) -> str | None:
    try:
        reporters.load(dotted_path)
    except Exception as error:
        return f"names {dotted_path!r}, which cannot be imported ({type(error).__name__}: {error})"
    return None


def _editor_url(value: object) -> str | None:
    if value is None:
        return None
    if not is_text(value):
        return "must be None or a string such as 'vscode://file/{path}:{line}'"
    try:
        names = {name for _, name, _, _ in Formatter().parse(str(value)) if name is not None}
    except ValueError as error:
        return f"is no format string ({error})"
    if "path" not in names or names - {"path", "line"}:
        return "must hold {path}, may hold {line}, and no other placeholder"
    return None


def _path_map(value: object) -> str | None:
    is_valid = isinstance(value, Mapping) and all(is_text(part) for item in value.items() for part in item)
    return None if is_valid else "must be a dict of path here -> path on the editor's machine"


def _ignore(value: object) -> str | None:
    if not isinstance(value, (list, tuple)):
        return "must be a list of dicts"
    problems = (ignore_problem(entry) for entry in value)
    return next((f"has an entry {index} that {found}" for index, found in enumerate(problems) if found), None)


EXAMPLES: dict[str, object] = {
    "ENABLED": True,
    "THRESHOLD": 3,
    "SLOW_MS": 100,
    "MAX_QUERIES": {"orders/<int:pk>/": 10, "catalogue": 5},
    "UNUSED_EAGER": True,
    "UNREAD_COLUMNS": 20_000,
    "IGNORE": [{"relation": "shop.Order.user", "reason": "never more than two"}],
    "REPORTERS": ["django_querywatch.reporters.log.report"],
    "PROJECT_PACKAGES": ["company_shared"],
    "SHOW_PARAMS": False,
    "SAMPLE_RATE": 0.01,
    "EDITOR_URL": "vscode://file/{path}:{line}",
    "PATH_MAP": {"/app": "/home/me/shop"},
}

RULES: dict[str, Rule] = {
    "ENABLED": _boolean,
    "THRESHOLD": _threshold,
    "SLOW_MS": _slow_ms,
    "MAX_QUERIES": _max_queries,
    "UNUSED_EAGER": _boolean,
    "UNREAD_COLUMNS": _row_size,
    "IGNORE": _ignore,
    "REPORTERS": _reporters,
    "PROJECT_PACKAGES": _texts,
    "SHOW_PARAMS": _boolean,
    "SAMPLE_RATE": _sample_rate,
    "EDITOR_URL": _editor_url,
    "PATH_MAP": _path_map,
}
