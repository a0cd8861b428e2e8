"""Who is told: a reporter is any callable that takes a report. No reporter may break what it reports on."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib import import_module
from typing import Protocol

from django_querywatch.records import Report

logger = logging.getLogger("django_querywatch")
_failed: set[str] = set()


class Reporter(Protocol):
    def __call__(self, report: Report, /) -> None: ...


def load(dotted_path: str) -> Reporter:
    """Import a reporter; ImportError says what is wrong with its path."""
    module_name, _, name = dotted_path.rpartition(".")
    if not module_name:
        raise ImportError(f"{dotted_path!r} is no dotted path to a callable, such as 'shop.alerts.report'")
    reporter = getattr(import_module(module_name), name, None)
    if not callable(reporter):
        raise ImportError(f"module {module_name!r} has no callable {name!r}")
    return reporter  # type: ignore[no-any-return]


def deliver(report: Report, reporters: Iterable[str]) -> None:
    """Hand the report to each reporter; one that raises is logged once and keeps no other from its turn."""
    for dotted_path in reporters:
        try:
            load(dotted_path)(report)
        except Exception:
            _log_failure(dotted_path)


def _log_failure(dotted_path: str) -> None:
    if dotted_path in _failed:
        return
    _failed.add(dotted_path)
    logger.exception(
        "The reporter %s raised. What it reports on went on untouched; its further failures are not logged. "
        "Correct it, or take it out of QUERYWATCH['REPORTERS'].",
        dotted_path,
    )
