"""One file per family of patterns; a new file here is found by itself."""

import pkgutil
from importlib import import_module

from tests.accuracy.declare import SCENARIOS, Scenario

OPTIONAL = {"ninja": "django-ninja", "strawberry": "strawberry-graphql"}
SKIPPED: dict[str, str] = {}
"""Families whose framework is not installed, which the table tells."""


def load() -> tuple[Scenario, ...]:
    """Import every family and give the scenarios in the order of declaration."""
    for module in pkgutil.iter_modules(__path__):
        try:
            import_module(f"{__name__}.{module.name}")
        except ModuleNotFoundError as error:
            if error.name not in OPTIONAL:
                raise
            SKIPPED[module.name] = OPTIONAL[error.name]
    return tuple(SCENARIOS.values())
