"""A live server answers in threads of its own, which know nothing of a test's recording: lend it to them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started

from django_querywatch.capture import Recorder, active

_lent: list[tuple[int, Recorder]] = []
"""The recorders of running tests, each with the thread that watches already."""


@contextmanager
def lent_to_servers(recorder: Recorder) -> Iterator[None]:
    """While inside, requests that a WSGI server answers in another thread count to this recorder."""
    request_started.connect(_borrow, dispatch_uid="django_querywatch.live_server")
    request_finished.connect(_give_back, dispatch_uid="django_querywatch.live_server")
    entry = (threading.get_ident(), recorder)
    _lent.append(entry)
    try:
        yield
    finally:
        _lent.remove(entry)


def _borrow(sender: Any, **kwargs: object) -> None:
    # The test clients are no WSGIHandler, and run in the test's own context.
    if not (isinstance(sender, type) and issubclass(sender, WSGIHandler)):
        return
    if any(recorder.is_open for recorder in active.get()):
        return
    here = threading.get_ident()
    active.set(tuple(recorder for thread, recorder in _lent if thread != here))


def _give_back(sender: Any, **kwargs: object) -> None:
    here = threading.get_ident()
    borrowed = {recorder for thread, recorder in _lent if thread != here}
    if isinstance(sender, type) and issubclass(sender, WSGIHandler) and borrowed.issuperset(active.get()):
        active.set(())
