"""Every function of the package, each of which can be made to raise.

The code object is exchanged, so that the fault is met wherever the function was imported to.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any

import django_querywatch

_RAISE = "def fails(*args, **kwargs):\n    __import__({module!r}, fromlist=['fail']).fail({name!r})\n"
_NEVER = "    if 0:\n        yield\n"
_raised: list[str] = []
NOT_SERVED = ("pytest_plugin", "runner", "testing", "suite", "management", "toolbar", "panels")
"""What has no part in answering a request."""
DOORS = {
    "capture.recorder.watch_query": "Django's own call runs the query through it",
    "capture.recorder.Thread.__init__": "two constants, once for each thread",
    "capture.recorder._Local.__init__": "it makes these",
    "capture.columns.TellingColumn.__get__": "Django's own call reads the column through it",
    "capture.columns.TellingColumn.__set__": "it writes the column",
    "capture.columns.TellingColumn.__delete__": "it deletes the column",
    "capture.faults.FaultBoundary.__enter__": "the boundary itself",
    "capture.faults.FaultBoundary.__exit__": "the boundary itself",
    "middleware.QueryWatchMiddleware.__call__": "Django's own call runs the view through it",
    "middleware.QueryWatchMiddleware.__acall__": "Django's own call runs the view through it",
    "middleware.QueryWatchMiddleware.__init__": "start-up, where wrong settings are to be told",
    "middleware._is_enabled": "start-up, where wrong settings are to be told",
    "requests.RequestWatch.respond": "it runs the view",
    "requests.RequestWatch._respond_later": "it runs the view",
    "requests.RequestWatch._follow_sync": "it is the stream",
    "requests.RequestWatch._follow_async": "it is the stream",
}
"""What cannot raise without the page noticing: these run what they watch, and hold no logic besides."""


class Fault(Exception):  # noqa: N818 - short in hundreds of messages
    """What an injected function raises."""


def fail(name: str) -> None:
    _raised.append(name)
    raise Fault(name)


def modules(*without: str) -> list[ModuleType]:
    """The package's modules, but for those below the names given."""
    prefix = f"{django_querywatch.__name__}."
    names = (found.name for found in pkgutil.walk_packages(django_querywatch.__path__, prefix))
    left = (name for name in names if not name.removeprefix(prefix).startswith(without))
    return [django_querywatch, *map(importlib.import_module, left)]


def functions(found: list[ModuleType]) -> dict[str, FunctionType]:
    """By dotted name: functions, methods, properties and those behind a cache."""
    return {
        f"{module.__name__.partition('.')[2]}.{function.__qualname__}": function
        for module in found
        for function in _functions_in(module, vars(module))
    }


def _functions_in(module: ModuleType, names: dict[str, Any]) -> Iterator[FunctionType]:
    for value in list(names.values()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield from _functions_in(module, dict(vars(value)))
        else:
            function = _function(value)
            if function is not None and function.__module__ == module.__name__:
                yield function


def _function(value: Any) -> FunctionType | None:
    if isinstance(value, property):
        value = value.fget
    elif isinstance(value, functools.cached_property):
        value = value.func
    value = inspect.unwrap(getattr(value, "__func__", value))
    return value if isinstance(value, FunctionType) else None


@contextmanager
def failing(name: str, function: FunctionType) -> Iterator[list[str]]:
    """Let the function raise; gives the list of its calls."""
    original = function.__code__
    function.__code__ = _raising(name, original)
    _raised.clear()
    try:
        yield _raised
    finally:
        function.__code__ = original


def _raising(name: str, original: CodeType) -> CodeType:
    source = _RAISE.format(module=__name__, name=name)
    is_coroutine = original.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR)
    if original.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
        source += _NEVER
    names: dict[str, Callable[..., Any]] = {}
    exec(f"async {source}" if is_coroutine else source, names)
    return names["fails"].__code__.replace(co_freevars=original.co_freevars)  # type: ignore[attr-defined]
