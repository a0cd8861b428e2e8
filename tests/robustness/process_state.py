"""What the package remembers in a process, put back so that every fault meets a fresh process."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

_CONTAINERS = (dict, set, list)


class ProcessState:
    """A shallow copy of every container and cache that the modules hold."""

    def __init__(self, modules: list[ModuleType]) -> None:
        self._caches: list[Callable[[], None]] = []
        self._contents: list[tuple[Any, Any]] = []
        names = {module.__name__ for module in modules}
        for module in modules:
            for name, value in vars(module).items():
                if not name.startswith("__"):
                    self._note(value, names)

    def restore(self) -> None:
        for clear in self._caches:
            clear()
        for container, copy in self._contents:
            container.clear()
            container.extend(copy) if isinstance(container, list) else container.update(copy)

    def _note(self, value: Any, names: set[str]) -> None:
        if type(value) in _CONTAINERS:
            self._contents.append((value, value.copy()))
        elif hasattr(value, "cache_clear"):
            self._caches.append(value.cache_clear)
        elif type(value).__module__ in names:
            for own in list(getattr(value, "__dict__", {}).values()):
                if type(own) in _CONTAINERS:
                    self._contents.append((own, own.copy()))
