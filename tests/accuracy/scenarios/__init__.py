"""One file per family of patterns; a new file here is found by itself."""

import pkgutil
from importlib import import_module

from tests.accuracy.declare import SCENARIOS, Scenario


def load() -> tuple[Scenario, ...]:
    """Import every family and give the scenarios in the order of declaration."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return tuple(SCENARIOS.values())
