"""Test data made inside a test is not the code under test: what watches a whole test looks away meanwhile.

Factory Boy and model_bakery are wrapped at the one method through which all their ways to make an object go.
They offer no hook before that; where a release has moved it, their queries are counted, and no more happens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django_querywatch.capture import Recorder, active

_MAKERS = (("factory.base", "BaseFactory", "_generate"), ("model_bakery.baker", "Baker", "make"))
_aside: list[Recorder] = []


@contextmanager
def without_factories(recorder: Recorder) -> Iterator[None]:
    """While inside, what factories do does not count for this recorder; for all others it does."""
    for module_name, class_name, method_name in _MAKERS:
        _wrap(getattr(sys.modules.get(module_name), class_name, None), method_name)
    _aside.append(recorder)
    try:
        yield
    finally:
        _aside.remove(recorder)


def _wrap(owner: Any, name: str) -> None:
    method = vars(owner).get(name) if owner is not None else None
    function = getattr(method, "__func__", method)
    if not callable(function) or hasattr(function, "_looks_away"):
        return
    wrapper = _looking_away(function)
    setattr(owner, name, classmethod(wrapper) if isinstance(method, classmethod) else wrapper)


def _looking_away(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def make(*args: Any, **kwargs: Any) -> Any:
        token = active.set(tuple(recorder for recorder in active.get() if recorder not in _aside))
        try:
            return function(*args, **kwargs)
        finally:
            active.reset(token)

    make._looks_away = True  # type: ignore[attr-defined]
    return make
