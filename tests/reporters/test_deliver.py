import logging

import pytest

from django_querywatch.records import Report
from django_querywatch.reporters import deliver, load
from django_querywatch.reporters import log as log_reporter
from tests.reporters.values import finding, report

received: list[Report] = []
not_callable = 3


def keep(report: Report) -> None:
    received.append(report)


def fail(report: Report) -> None:
    raise RuntimeError("out of ink")


def test_each_reporter_gets_the_report():
    received.clear()
    sent = report(finding())
    deliver(sent, [f"{__name__}.keep", f"{__name__}.keep"])
    assert received == [sent, sent]


@pytest.mark.parametrize(
    "broken", [f"{__name__}.fail", f"{__name__}.missing", "no.such.module.report", "report", ""]
)
def test_a_broken_reporter_is_logged_once_and_stops_nobody(broken: str, caplog):
    received.clear()
    for _ in range(3):
        deliver(report(), [broken, f"{__name__}.keep"])
    assert len(received) == 3
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == (
        f"The reporter {broken} raised. What it reports on went on untouched; its further failures are not "
        "logged. Correct it, or take it out of QUERYWATCH['REPORTERS']."
    )


def test_what_ends_the_process_is_not_kept_back(monkeypatch):
    def stop(report: Report) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(globals(), "fail", stop)
    with pytest.raises(KeyboardInterrupt):
        deliver(report(), [f"{__name__}.fail"])


def test_load_says_what_is_wrong_with_a_path():
    assert load("django_querywatch.reporters.log.report") is log_reporter.report
    with pytest.raises(ImportError, match=r"^'report' is no dotted path to a callable"):
        load("report")
    with pytest.raises(
        ImportError, match=r"^module 'tests.reporters.test_deliver' has no callable 'not_callable'$"
    ):
        load(f"{__name__}.not_callable")
