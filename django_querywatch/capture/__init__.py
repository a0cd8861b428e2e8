"""What happened: every query of a recording, with the relation that asked, its lineage and its place.

Capture never decides what is an N+1 and never formats.
"""

from __future__ import annotations

import sys
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from django_querywatch.capture import roles
from django_querywatch.capture.eager_proof import all_loadings, unread_loadings
from django_querywatch.capture.eager_watch import watch_eager_loading
from django_querywatch.capture.faults import fault_boundary, guarded
from django_querywatch.capture.places import places, source_line
from django_querywatch.capture.recorder import Recorder, active, join, leave, progress, watch_query
from django_querywatch.capture.row_checks import row_checks
from django_querywatch.capture.sites import ClassSite, view_site
from django_querywatch.capture.values import query_groups, repetitions
from django_querywatch.capture.wraps import install_wraps
from django_querywatch.records import Frame

__all__ = [
    "Recorder",
    "active",
    "all_loadings",
    "end_walks_at",
    "fault_boundary",
    "install",
    "is_installed",
    "join",
    "leave",
    "missing_targets",
    "query_groups",
    "repetitions",
    "row_checks",
    "set_project_packages",
    "source_line",
    "unread_loadings",
    "view_frame",
    "watch_eager_loading",
]

set_project_packages = places.set_project_packages


def install() -> None:
    """Install the wrapper on every connection, and the wraps of the ORM. Calling it again changes nothing."""
    if not progress.is_installed:
        progress.is_installed = True
        connection_created.connect(_install_on_created, dispatch_uid="django_querywatch")
        roles.recognise()
        install_wraps()
    if progress.modules != len(sys.modules):
        progress.modules = len(sys.modules)
        roles.recognise_late()
        for connection in connections.all(initialized_only=True):
            install_on(connection)


def end_walks_at(*functions: Any) -> None:
    """Say that these functions record: what lies above them on a stack is not part of the recording."""
    for function in functions:
        places.name_role(function.__code__, roles.Role(roles.RECORDING))


def install_on(connection: Any) -> None:
    """Put the wrapper first on a connection.

    `execute_wrappers` is not documented, and this is the one place that touches it. First, never last:
    `connection.execute_wrapper()` pops the last entry on leaving, whoever's it is.
    """
    if watch_query not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, watch_query)


def is_installed(connection: Any) -> bool:
    """Whether the queries of this connection are seen."""
    return watch_query in connection.execute_wrappers or connection.connection is None


def view_frame(callback: Any) -> Frame | None:
    """Where a view is defined; None where it is not the project's."""
    site = view_site(callback)
    if site is None or not site.is_project:
        return None
    return ClassSite(site.owner).frame() if isinstance(site, ClassSite) else site.frame()


def missing_targets() -> tuple[str, ...]:
    """Names in Django that could not be found: what they would have told is not known."""
    return tuple(roles.missing)


@guarded
def _install_on_created(connection: Any, **kwargs: Any) -> None:
    install_on(connection)
