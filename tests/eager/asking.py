"""Asking a page again and again, as its eager loading is judged over several requests."""

import gc

from django.test import Client

from django_querywatch.records import Finding, Kind, Report


def told_of(kind: Kind, url: str, reports: list[Report], times: int) -> list[Finding]:
    """The findings of one kind; what a request held is gone before the next."""
    for _ in range(times):
        assert Client().get(url).status_code == 200
        gc.collect()  # rows and the lists that were prefetched for them hold each other
    assert not any(report.failed for report in reports)
    return [found for report in reports for found in report.of_kind(kind)]
