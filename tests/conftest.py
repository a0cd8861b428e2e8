"""Fixtures that every test may use."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from django_querywatch.records import Report

# A busy machine stretches single examples; what must not grow with its input has tests of growth.
hypothesis.settings.register_profile("shared_machine", deadline=None)
hypothesis.settings.load_profile("shared_machine")

LONG = (
    "accuracy",
    "eager",
    "robustness/test_faults.py",
    "robustness/test_other_instruments.py",
    "robustness/test_tasks.py",
    "test_adopting.py",
    "test_docs.py",
    "test_fingerprint.py",
    "test_memory.py",
    "test_pytest_plugin",
    "test_runner.py",
    "test_warnings.py",
)
"""Tests below this folder that take more than a few seconds: `make test-all` runs them, `make test` does not."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = item.path.relative_to(Path(__file__).parent).as_posix()
        if place.startswith(LONG):
            item.add_marker("long")


@pytest.fixture(autouse=True)
def nothing_stays_active() -> Iterator[None]:
    """What a test leaves active would count the queries of all that follow, in an order that changes."""
    yield
    from django_querywatch.capture.recorder import active

    left = active.get()
    active.set(())
    assert left == (), (
        f"{len(left)} recordings are still active: leave them, or run the test in copy_context()"
    )


@pytest.fixture(autouse=True)
def columns_stay_djangos() -> Iterator[None]:
    """What `UNREAD_COLUMNS` makes of Django's descriptors outlives a test: the next has them as they were."""
    yield
    from django.apps import apps
    from django.db.models.query_utils import DeferredAttribute

    for model in apps.get_models() if apps.ready else ():
        for descriptor in vars(model).values():
            if type(descriptor).__name__ == "TellingColumn":
                descriptor.__class__ = DeferredAttribute


@pytest.fixture
def reports() -> Iterator[list[Report]]:
    """The reports of the requests that a test makes, in order."""
    from django_querywatch.signals import report_ready

    received: list[Report] = []

    def keep(report: Report, **kwargs: object) -> None:
        received.append(report)

    report_ready.connect(keep)
    yield received
    report_ready.disconnect(keep)
