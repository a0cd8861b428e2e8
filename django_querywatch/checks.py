"""System checks: what would keep the tool from seeing, or from being wanted, said at start-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register
from django.utils.module_loading import import_string

from django_querywatch.conf import get_config, problems
from django_querywatch.route_rules import unknown_routes

TAG = "querywatch"
MIDDLEWARE = "django_querywatch.middleware.QueryWatchMiddleware"
PANEL = "django_querywatch.panels.QueryWatchPanel"
TOOLBAR_MIDDLEWARE = "debug_toolbar.middleware.DebugToolbarMiddleware"


@register(TAG)
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: a key or a value of ``QUERYWATCH`` that means nothing."""
    return [
        checks.Error(f"{found.message}.", hint=found.hint, id="django_querywatch.E001")
        for found in problems()
    ]


@register(TAG)
def check_routes(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: a route or a URL name that there is not; asked here alone, since it imports the URLconf."""
    if problems():
        return []
    return [
        checks.Error(
            f"QUERYWATCH['MAX_QUERIES'] names {key!r}, which is no route and no URL name of this project.",
            hint=f"{hint[0].upper()}{hint[1:]}.".replace("?.", "?"),
            id="django_querywatch.E001",
        )
        for key, hint in unknown_routes(get_config().max_queries)
    ]


@register(TAG)
def check_doors(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W001 to W003: middleware and panel missing, twice, or in the wrong place."""
    if problems() or not get_config().enabled:
        return []
    return [*_check_present(), *_check_once(), *_check_order()]


@register(TAG)
def check_targets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W004: functions of Django that this version of it does not have where they are looked for."""
    from django_querywatch.capture import missing_targets

    return [
        checks.Warning(
            f"django-querywatch did not find {target} in this version of Django: "
            "what it would tell about relations and querysets is missing, SQL is still seen.",
            hint="Upgrade django-querywatch; if there is no newer version, report this message to it.",
            id="django_querywatch.W004",
        )
        for target in missing_targets()
    ]


@register(TAG, deploy=True)
def check_sampling(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W005: every request of a deployed site is recorded."""
    if problems() or not get_config().enabled or not _records_all(get_config().sample_rate):
        return []
    return [
        checks.Warning(
            "django-querywatch is enabled and records every request.",
            hint="Set QUERYWATCH['ENABLED'] to False, or QUERYWATCH['SAMPLE_RATE'] to 0.01, say.",
            id="django_querywatch.W005",
        )
    ]


def _records_all(rate: float | Mapping[str, float]) -> bool:
    return rate.get("*", 0) >= 1 if isinstance(rate, Mapping) else rate >= 1


def _check_present() -> Iterator[CheckMessage]:
    if not _positions(MIDDLEWARE) and not _has_panel():
        yield checks.Warning(
            "django-querywatch is enabled, but nothing watches requests: its middleware is not in MIDDLEWARE "
            "and its panel not in DEBUG_TOOLBAR_PANELS.",
            hint=f"Add '{MIDDLEWARE}' to MIDDLEWARE, after the toolbar's if you have it.",
            id="django_querywatch.W001",
        )


def _check_once() -> Iterator[CheckMessage]:
    positions = _positions(MIDDLEWARE)
    if len(positions) > 1:
        yield checks.Warning(
            f"QueryWatchMiddleware is in MIDDLEWARE {len(positions)} times: so often is a request reported.",
            hint=f"Keep one of the entries {', '.join(str(position) for position in positions)}.",
            id="django_querywatch.W002",
        )


def _check_order() -> Iterator[CheckMessage]:
    positions, toolbar = _positions(MIDDLEWARE), _positions(TOOLBAR_MIDDLEWARE)
    if positions and toolbar and positions[0] < toolbar[0]:
        yield checks.Info(
            "QueryWatchMiddleware stands above DebugToolbarMiddleware: the toolbar's own queries count.",
            hint=f"Move '{MIDDLEWARE}' below '{TOOLBAR_MIDDLEWARE}' in MIDDLEWARE.",
            id="django_querywatch.W003",
        )


def _has_panel() -> bool:
    panels = getattr(settings, "DEBUG_TOOLBAR_PANELS", None) or ()
    return apps.is_installed("debug_toolbar") and any(_is_class(path, PANEL) for path in panels)


def _positions(dotted_path: str) -> list[int]:
    return [index for index, path in enumerate(settings.MIDDLEWARE) if _is_class(path, dotted_path)]


def _is_class(path: str, dotted_path: str) -> bool:
    """Whether the path leads to the class, or to a subclass of it."""
    if path == dotted_path:
        return True
    # Doors lie above this module, so no import statement; what cannot be imported is Django's to tell.
    try:
        candidate, wanted = import_string(path), import_string(dotted_path)
    except Exception:
        return False
    return isinstance(candidate, type) and issubclass(candidate, wanted)
