"""The one boundary of the tool's own failures: caught, logged once each, never seen by the watched code."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

logger = logging.getLogger("django_querywatch")
_seen: set[tuple[str, int]] = set()
_MOST_SEEN = 100


class FaultBoundary:
    """Swallow an exception of the tool itself; of `Exception` only, so that a cancellation passes."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None or not isinstance(error, Exception):
            return False
        report_fault(error)
        return True


def report_fault(error: Exception) -> None:
    """Log a failure of the tool, once per place it comes from."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace is not None else ("", 0)
    if place in _seen or len(_seen) >= _MOST_SEEN:
        return
    _seen.add(place)
    logger.error(
        "django-querywatch failed at %s:%d (%s); the page is not affected, findings may be missing. "
        "This is logged once; please report it with the traceback.",
        *place,
        type(error).__name__,
        exc_info=error,
    )


fault_boundary = FaultBoundary()


def guarded(function: Callable[Parameters, Result]) -> Callable[Parameters, Result | None]:
    """The function inside of the boundary: None where it failed."""

    @wraps(function)
    def guarding(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result | None:
        with fault_boundary:
            return function(*args, **kwargs)
        return None

    return guarding
