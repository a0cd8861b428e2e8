"""Names the relation, the line and the fix of every N+1 query in a running Django project.

Importing this package imports no Django: the public names are loaded when they are first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_querywatch.analysis import analyze
    from django_querywatch.budgets import max_queries
    from django_querywatch.recording import Recording, pause, record
    from django_querywatch.records import Config, Finding, Frame, Report

__all__ = ["Config", "Finding", "Frame", "Recording", "Report", "analyze", "max_queries", "pause", "record"]

_HOMES = {
    "Config": "records",
    "Finding": "records",
    "Frame": "records",
    "Report": "records",
    "Recording": "recording",
    "pause": "recording",
    "record": "recording",
    "analyze": "analysis",
    "max_queries": "budgets",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
