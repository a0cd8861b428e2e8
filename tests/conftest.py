"""Fixtures that every test may use."""

from collections.abc import Iterator

import pytest

from django_querywatch.records import Report


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
