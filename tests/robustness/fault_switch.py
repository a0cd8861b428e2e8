"""In a process that serves: which functions of the tool were called, and one that raises until another is chosen."""

from __future__ import annotations

import sys
import threading
from contextlib import ExitStack
from functools import cache
from types import CodeType, FrameType


class FaultSwitch:
    def __init__(self) -> None:
        from tests.robustness.injection import NOT_SERVED, functions, modules
        from tests.robustness.process_state import ProcessState

        found = modules(*NOT_SERVED)
        self.functions = functions(found)
        self._state = ProcessState(found)
        self._on = ExitStack()
        self._calls: list[str] = []

    def turn(self, name: str) -> int:
        """Choose a function, none by an unknown name; how often the one before was called."""
        from tests.robustness.injection import failing

        calls = len(self._calls)
        self._on.close()
        self._state.restore()
        self._calls = []
        if name in self.functions:
            self._calls = self._on.enter_context(failing(name, self.functions[name]))
        return calls

    def called(self) -> list[str]:
        """The functions that were called since `listen()`."""
        return sorted(name for name, function in self.functions.items() if function.__code__ in _called)


_called: set[CodeType] = set()


def listen() -> None:
    """Note what is called from now on: on this thread, and on those that it starts."""
    threading.setprofile(_note)
    sys.setprofile(_note)


def _note(frame: FrameType, event: str, argument: object) -> None:
    if event == "call":
        _called.add(frame.f_code)


@cache
def fault_switch() -> FaultSwitch:
    """Made when it is asked for: the settings, which begin to listen, are read before Django is ready."""
    return FaultSwitch()
