"""What is compared: how each candidate is switched on, and what must be installed for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    label: str
    settings: Mapping[str, object] = field(default_factory=dict)
    apps: tuple[str, ...] = ()
    middleware: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    """Empty: runs in this environment. Otherwise it gets one of its own."""
    start: Callable[[], None] = _nothing
    """Called once, when Django is set up and connected."""


def _add_empty_wrapper() -> None:
    from django.db import connection

    connection.execute_wrappers.append(lambda execute, *args: execute(*args))


def _force_query_log() -> None:
    from django.db import connection

    connection.force_debug_cursor = True


def _install_capture() -> None:
    from django_querywatch import capture

    capture.install()


def _always(request: object) -> bool:
    return True


CANDIDATES = {
    "bare": Candidate(label="bare Django"),
    "wrapper": Candidate(label="empty execute wrapper (the limit)", start=_add_empty_wrapper),
    "query_log": Candidate(label="Django's own query log", start=_force_query_log),
    # Capture is installed although nothing records: a process where only a task or a test does.
    "off": Candidate(label="querywatch, not recording", apps=("django_querywatch",), start=_install_capture),
    "left_out": Candidate(
        label="querywatch, request not sampled",
        apps=("django_querywatch",),
        middleware=("django_querywatch.middleware.QueryWatchMiddleware",),
        settings={"QUERYWATCH": {"ENABLED": True, "SAMPLE_RATE": {"/static/*": 1, "*": 0}}},
    ),
    "on": Candidate(
        label="querywatch",
        apps=("django_querywatch",),
        middleware=("django_querywatch.middleware.QueryWatchMiddleware",),
        settings={"QUERYWATCH": {"ENABLED": True}},
    ),
    "zeal": Candidate(
        label="django-zeal",
        apps=("zeal",),
        middleware=("zeal.middleware.zeal_middleware",),
        settings={"ZEAL_RAISE": False},
        requirements=("django-zeal",),
    ),
    "toolbar": Candidate(
        label="django-debug-toolbar, SQL panel",
        apps=("django.contrib.staticfiles", "debug_toolbar"),
        middleware=("debug_toolbar.middleware.DebugToolbarMiddleware",),
        settings={
            "STATIC_URL": "/static/",
            "DEBUG_TOOLBAR_PANELS": ["debug_toolbar.panels.sql.SQLPanel"],
            "DEBUG_TOOLBAR_CONFIG": {"SHOW_TOOLBAR_CALLBACK": _always, "IS_RUNNING_TESTS": False},
        },
        requirements=("django-debug-toolbar",),
    ),
    "query_doctor": Candidate(
        label="django-query-doctor",
        apps=("query_doctor",),
        middleware=("query_doctor.middleware.QueryDoctorMiddleware",),
        settings={"QUERY_DOCTOR": {"REPORTERS": ["log"]}},
        requirements=("django-query-doctor",),
    ),
    "silk": Candidate(
        label="django-silk",
        apps=(
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
            "silk",
        ),
        middleware=("silk.middleware.SilkyMiddleware",),
        requirements=("django-silk",),
    ),
}

PEERS = tuple(name for name, candidate in CANDIDATES.items() if candidate.requirements)
OWN = tuple(name for name in CANDIDATES if name not in PEERS)
