"""The end of a run: one section from the reports of many tests, and what it leaves alone."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from django_querywatch.records import Report
from django_querywatch.suite.options import OptionError, Options, Output, read_options
from django_querywatch.suite.run import Ending, SuiteRun
from django_querywatch.suite.section import WORST
from tests.reporters.values import finding, report

REPORTING = Options(mode="report")


@pytest.fixture(autouse=True)
def _no_github(monkeypatch):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


def section(root: Path, *reports: Report, options: Options = REPORTING, **ending) -> list[str]:
    run = SuiteRun(options, root)
    for made in reports:
        run.add(made)
    return run.finish(Ending(**ending)).splitlines()


def test_the_worst_causes_are_shown_and_the_rest_is_counted(tmp_path):
    found = [finding(id=f"{number:03}", model=f"shop.Order{number:03}") for number in range(WORST + 3)]
    lines = section(tmp_path, report(*found, name="test_a"))
    assert lines[0] == f"{WORST + 3} N+1s in 1 of 1 watched tests"
    assert sum(line.startswith("N+1: ") for line in lines) == WORST
    assert lines[-1] == "and 3 more; --querywatch-report=json:FILE has them all"


def test_a_cause_names_three_of_its_tests_and_counts_the_rest(tmp_path):
    lines = section(tmp_path, *(report(finding(), name=f"test_{letter}") for letter in "abcde"))
    assert lines[0] == "1 N+1 in 5 of 5 watched tests"
    assert lines[-4:] == ["  in test_a", "  in test_b", "  in test_c", "  in 2 more"]


def test_ten_of_the_potential_ones_are_listed(tmp_path):
    found = [
        finding(id=f"{number:03}", kind="potential_n_plus_one", model=f"shop.Order{number:03}")
        for number in range(12)
    ]
    lines = section(tmp_path, report(*found, name="test_a"))
    assert lines[1] == "With a single row in the test data, these would grow with more:"
    assert sum("potential N+1: " in line for line in lines) == 10
    assert lines[-1] == "  and 2 more"


def test_a_failure_of_our_own_is_told_and_not_taken_for_silence(tmp_path):
    words = "django-querywatch itself failed in some tests: findings may be missing. See the log."
    clean = report(name="test_a")
    assert words in section(tmp_path, replace(clean, failed=True))
    assert words not in section(tmp_path, clean)


@pytest.mark.parametrize("is_interrupted", [True, False])
def test_an_interrupted_run_leaves_the_baseline_as_it_was(tmp_path, is_interrupted):
    file = tmp_path / "base.txt"
    run = Options(mode="fail", baseline=file, updates_baseline=True)
    lines = section(tmp_path, report(finding(), name="test_a"), options=run, is_interrupted=is_interrupted)
    assert file.exists() is not is_interrupted
    assert ("the run was interrupted: the baseline is as it was" in lines) is is_interrupted
    assert ("baseline updated: 1 added, 0 taken out" in lines) is not is_interrupted


def test_a_form_without_a_file_is_printed_behind_the_section_once(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    bad = report(finding(), name="test_a")
    asked = section(tmp_path, bad, options=replace(REPORTING, outputs=(Output(format="github", path=None),)))
    unasked = section(tmp_path, bad)
    assert asked == unasked
    assert sum(line.startswith("::warning ") for line in asked) == 1
    assert (tmp_path / "summary.md").read_text().startswith("### 1 N")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"mode": "loud"}, "querywatch is 'loud'; write one of off, report, fail."),
        ({"update": True}, "--querywatch-update-baseline needs --querywatch-baseline=FILE."),
        (
            {"baseline": "base.txt", "mode": "off"},
            "--querywatch-baseline does nothing with --querywatch=off.",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, given, problem):
    options = {"mode": None, "baseline": None, "update": False, "shrink_only": False, "reports": ()}
    with pytest.raises(OptionError, match=re.escape(problem)):
        read_options(**{**options, **given}, root=tmp_path)
