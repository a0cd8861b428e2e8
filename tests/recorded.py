"""The report of some work, as most tests of detection begin."""

from collections.abc import Callable

from django_querywatch import record
from django_querywatch.records import Report


def report_of(work: Callable[[], object]) -> Report:
    """What is reported of the work, once it is known that the tool itself did not fail."""
    with record() as recording:
        work()
    report = recording.report()
    assert not report.failed
    return report
