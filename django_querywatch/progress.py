"""A line that tells how far long work is: on a terminal only, never in a pipe or a log."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol


class _Stream(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...


class Progress:
    """Shows ``3 of 20: /orders/`` in place, and takes it away at the end."""

    def __init__(self, stream: _Stream, total: int) -> None:
        self._stream = stream if stream.isatty() else None
        self._total = total
        self._done = 0

    def step(self, what: str) -> None:
        self._done += 1
        self._show(f"{self._done} of {self._total}: {what}"[:78])

    def clear(self) -> None:
        self._show("")

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def _show(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()
