"""One block that is watched, and whether it could be seen at all."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

from django.db import connections

from django_querywatch.capture import is_installed
from django_querywatch.recording import Recording, record
from django_querywatch.records import Config
from django_querywatch.testing.live_server import lent_to_servers

OWN_FAILURE = (
    "django-querywatch itself failed while it watched, so that findings may be missing. "
    "The log of 'django_querywatch' has the traceback."
)
_HERE = str(Path(__file__).parent)


class Watch(AbstractContextManager[Recording]):
    """Records a block, requests to a live server included, until its end."""

    def __init__(self, name: str, config: Config) -> None:
        self._name = name
        self._config = config
        self._stack = ExitStack()

    def __enter__(self) -> Recording:
        recording = self._stack.enter_context(record(self._name, config=self._config, floor=_caller()))
        self._stack.enter_context(lent_to_servers(recording.recorder))
        return recording

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)


def watched(
    function: Callable[..., Any], watch: Callable[[], AbstractContextManager[Any]]
) -> Callable[..., Any]:
    """The function, sync or async, watched whenever it runs."""
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def watched_async(*args: Any, **kwargs: Any) -> Any:
            with watch():
                return await function(*args, **kwargs)

        return watched_async

    @wraps(function)
    def watched_sync(*args: Any, **kwargs: Any) -> Any:
        with watch():
            return function(*args, **kwargs)

    return watched_sync


def blind_spot(recording: Recording) -> str | None:
    """Why a silent recording proves nothing; None where it does."""
    for connection in connections.all(initialized_only=True):
        if not is_installed(connection):
            return (
                f"django-querywatch could not see the queries of the database {connection.alias!r}: its "
                "execute wrapper is not on the connection. Did something replace connection.execute_wrappers?"
            )
    return None


def own_failure(recording: Recording) -> str | None:
    """That the tool failed, while it watched or when it made the report: a silent recording proves nothing then."""
    if not recording.recorder.has_failed:
        return None
    return OWN_FAILURE


def _caller() -> FrameType | None:
    """The frame that entered the watch: the first outside of this package."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    return frame
