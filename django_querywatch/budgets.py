"""How many queries a view may make: said by a decorator or a setting, judged when its request ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from asgiref.sync import iscoroutinefunction
from django.urls import ResolverMatch

from django_querywatch.analysis.budgets import over_budget
from django_querywatch.capture import query_groups, source_line, view_frame
from django_querywatch.recording import Recording
from django_querywatch.records import Budget, Config, Finding, Frame, Report
from django_querywatch.settings_rules import is_limit

ATTRIBUTE = "_querywatch_allowance"

_View = TypeVar("_View", bound=Callable[..., Any])


class Allowance(NamedTuple):
    """What a decorator or a setting allows, and where that stands."""

    limit: int
    written: str
    place: Frame | None


def max_queries(limit: int) -> Callable[[_View], _View]:
    """Say how many queries a request to the view may make; where it makes more, that is a finding.

    For a function, sync or async, a class, what `as_view()` gives, and through `method_decorator` for
    `dispatch` or for one handler such as `get`. Place it outermost: some decorators drop what is below.
    """
    if not is_limit(limit):
        raise TypeError(
            f"max_queries() takes a whole number from 0 on, as in @max_queries(10), not {limit!r}"
        )
    caller = sys._getframe(1)
    file, line = os.path.abspath(caller.f_code.co_filename), caller.f_lineno

    def decorate(view: _View) -> _View:
        name = getattr(view, "__qualname__", None)
        place = Frame(file=file, line=line, function=name or type(view).__qualname__)
        # A class is its author's alone; a function may be decorated for one of several URLs.
        limited = view if isinstance(view, type) else _passing_on(view)
        setattr(limited, ATTRIBUTE, Allowance(limit, f"max_queries({limit})", place))
        return limited  # type: ignore[return-value]

    return decorate


def overdraft(
    recording: Recording, report: Report, match: ResolverMatch, method: str, config: Config
) -> Finding | None:
    """The finding that a request made more queries than its view may; None where it did not."""
    allowances = [*_configured(match, config), *_decorated(match, method)]
    strictest = min(allowances, key=lambda allowance: allowance.limit, default=None)
    if strictest is None or report.query_count <= strictest.limit:
        return None
    place = strictest.place or view_frame(match.func)
    budget = Budget(limit=strictest.limit, view=report.view or "", written=strictest.written)
    return over_budget(
        query_groups(recording.recorder.counts, 0.0), budget, report, place, source_line(place)
    )


def _configured(match: ResolverMatch, config: Config) -> Iterator[Allowance]:
    for key in (match.view_name, match.route):
        if key in config.max_queries:
            yield Allowance(config.max_queries[key], f'QUERYWATCH["MAX_QUERIES"]["{key}"]', None)


def _decorated(match: ResolverMatch, method: str) -> Iterator[Allowance]:
    view: Any = match.func
    owner = getattr(view, "view_class", None) or getattr(view, "cls", None)
    name = method.lower()
    # A view set of REST framework says which of its methods answers.
    handler = getattr(owner, (getattr(view, "actions", None) or {}).get(name, name), None)
    for each in (view, owner, handler):
        allowance = getattr(each, ATTRIBUTE, None)
        if isinstance(allowance, Allowance):
            yield allowance


def _passing_on(view: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(view):

        @wraps(view)
        async def limited_async(*args: Any, **kwargs: Any) -> Any:
            return await view(*args, **kwargs)

        return limited_async

    @wraps(view)
    def limited(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return limited
