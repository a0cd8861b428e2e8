"""A function of the tool that raises until another is chosen, in a process that serves."""

from __future__ import annotations

from contextlib import ExitStack

from tests.robustness.injection import NOT_SERVED, failing, functions, modules
from tests.robustness.process_state import ProcessState


class FaultSwitch:
    def __init__(self) -> None:
        found = modules(*NOT_SERVED)
        self.functions = functions(found)
        self._state = ProcessState(found)
        self._on = ExitStack()
        self._calls: list[str] = []

    def turn(self, name: str) -> int:
        """Choose a function, none by an unknown name; how often the one before was called."""
        calls = len(self._calls)
        self._on.close()
        self._state.restore()
        self._calls = []
        if name in self.functions:
            self._calls = self._on.enter_context(failing(name, self.functions[name]))
        return calls


switch = FaultSwitch()
