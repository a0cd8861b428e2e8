import logging
import subprocess
import sys

import pytest

from django_querywatch.reporters import log
from django_querywatch.reporters.json import report_to_dict
from tests.reporters.values import finding, report, unknown

N_PLUS_ONE = """\
querywatch: GET /orders/: 1 N+1, 51 queries (44 ms), 50 avoidable
N+1: shop.Order.user fetched 50 times (41 ms, default)
  at shop/templates/shop/order_list.html:12   {{ order.user.email }}
  queryset built at shop/views.py:24 in order_list
  fix: Order.objects.select_related("user")    51 -> 1 queries"""


@pytest.fixture
def logged(caplog):
    """Tell what reporting logs: level and text of each record."""

    def tell(*reports) -> list[tuple[str, str]]:
        caplog.clear()
        for one in reports:
            log.report(one)
        return [(record.levelname, record.getMessage()) for record in caplog.records]

    caplog.set_level(logging.DEBUG, logger="django_querywatch")
    return tell


def test_an_n_plus_one_is_one_warning(logged):
    assert logged(report(finding())) == [("WARNING", N_PLUS_ONE)]


@pytest.mark.parametrize("kind", ["n_plus_one", "n_plus_one_write"])
def test_a_likely_one_is_a_warning_too(logged, kind):
    (record,) = logged(report(finding(kind=kind, certainty="likely")))
    assert record[0] == "WARNING"


@pytest.mark.parametrize("kind", ["potential_n_plus_one", "duplicate", "slow_query"])
def test_what_is_milder_is_info(logged, kind):
    (record,) = logged(report(unknown(kind=kind)))
    assert record[0] == "INFO"


def test_a_request_without_findings_is_its_totals_at_debug(logged):
    assert logged(report()) == [("DEBUG", "querywatch: GET /orders/: no findings, 51 queries (44 ms)")]


def test_a_warning_holds_n_plus_ones_only_and_what_they_cost(logged):
    duplicate = unknown(kind="duplicate", id="d", count=3, avoidable=2, sql="")
    assert logged(report(finding(), duplicate, avoidable=52)) == [
        ("WARNING", N_PLUS_ONE),
        (
            "INFO",
            "querywatch: GET /orders/: 1 duplicate, 51 queries (44 ms), 2 avoidable\n"
            "duplicate: SELECT on auth_user run 3 times with the same parameters (41 ms, default)\n"
            "  at an unknown line: no code of the project was running",
        ),
    ]


def test_ten_are_shown_and_the_rest_counted(logged):
    many = [finding(id=str(number), origin=None, root_model=None) for number in range(12)]
    (record,) = logged(report(*many))
    lines = record[1].splitlines()
    assert lines[0] == "querywatch: GET /orders/: 12 N+1s, 51 queries (44 ms), 50 avoidable"
    assert sum(line.startswith("N+1: ") for line in lines) == 10
    assert lines[-1] == "and 2 more findings"


def test_the_same_finding_again_is_one_short_line(logged):
    logged(report(finding()))
    again = (
        "querywatch: N+1: shop.Order.user fetched 49 times (41 ms, default) "
        "at shop/templates/shop/order_list.html:12, again in GET /orders/?page=2"
    )
    next_page = report(finding(count=49), name="GET /orders/?page=2")
    assert logged(*[next_page] * 99) == [("WARNING", again)] * 99


def test_a_known_finding_beside_a_new_one_is_short(logged):
    logged(report(finding(id="known")))
    (record,) = logged(report(finding(id="new"), finding(id="known", count=7)))
    assert record[1].splitlines() == [
        "querywatch: GET /orders/: 2 N+1s, 51 queries (44 ms), 50 avoidable",
        *N_PLUS_ONE.splitlines()[1:],
        "N+1: shop.Order.user fetched 7 times (41 ms, default) at shop/templates/shop/order_list.html:12"
        ", told before",
    ]


def test_a_level_that_is_off_costs_no_text_and_uses_up_no_first_sight(caplog, monkeypatch):
    duplicate = report(unknown(kind="duplicate"))
    caplog.set_level(logging.WARNING, logger="django_querywatch")
    with monkeypatch.context() as context:
        context.delattr(log, "_message")
        log.report(duplicate)
    caplog.set_level(logging.INFO, logger="django_querywatch")
    log.report(duplicate)
    assert "again" not in caplog.text
    assert len(caplog.records) == 1


def test_the_extra_is_the_reports_json_form(caplog):
    findings = [finding(id=str(number)) for number in range(11)]
    log.report(report(*findings))
    (record,) = caplog.records
    assert record.querywatch == report_to_dict(report(*findings[:10]))


def test_ids_are_kept_within_bounds_and_the_recent_ones_stay():
    repeats = log.Repeats(size=10)
    assert repeats.count("often") == 1
    for number in range(10_000):
        repeats.count(str(number))
        assert repeats.count("often") > 1
        assert len(repeats) <= 20
    assert repeats.count("0") == 1


CONSOLE = """
import django
from django.conf import settings
settings.configure(DEBUG={debug})
django.setup()
from django_querywatch.reporters import log
from tests.reporters.values import finding, report, unknown
log.report(report(finding(), unknown(kind="duplicate")))
log.report(report())
"""


@pytest.mark.parametrize("debug", [True, False])
def test_the_warning_reaches_the_console_with_no_logging_configured(debug):
    code = CONSOLE.format(debug=debug)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stderr == N_PLUS_ONE + "\n"
    assert run.stdout == ""
