"""Waivers in source files and templates, and the findings they leave out."""

from itertools import count

import pytest

from django_querywatch.analysis.ignores import without_ignored
from django_querywatch.records import Config, Frame, Report
from tests.analysis.values import TODAY, finding

SOURCE = """\
def orders():
    {first}
    rows = Order.objects.all(){queryset}
    {above}
    return [row.user for row in rows]{culprit}
"""


@pytest.fixture
def judged(tmp_path):
    """Write the source with waivers in it; give what is left of its finding."""
    numbers = count()

    def judge(today=TODAY, values=None, **waivers):
        file = tmp_path / f"views_{next(numbers)}.py"
        blank = {"first": "", "queryset": "", "above": "", "culprit": ""}
        file.write_text(SOURCE.format(**blank | {name: f"  # {text}" for name, text in waivers.items()}))
        places = {
            "location": Frame(file=str(file), line=5, function="orders"),
            "origin": Frame(file=str(file), line=3, function="orders"),
        }
        report = Report(findings=(finding(**{**places, **(values or {})}),), query_count=6, avoidable=5)
        return without_ignored(report, Config(), today)

    return judge


@pytest.mark.parametrize("place", ["first", "queryset", "above", "culprit"])
def test_a_waiver_on_the_culprit_the_queryset_or_right_above(judged, place):
    left = judged(**{place: "querywatch: ignore[n_plus_one] until=2027-03 max=20 -- reason"})
    assert (left.findings, left.ignored, left.avoidable) == ((), 1, 0)


@pytest.mark.parametrize(
    "waiver",
    [
        "querywatch: ignore[duplicate]",
        "querywatch: ignore max=4",
        "querywatch: ignore until=2026-10",
        "noqa",
    ],
)
def test_a_waiver_for_something_else_leaves_the_finding_as_it_is(judged, waiver):
    left = judged(culprit=waiver)
    assert (len(left.findings), left.ignored, left.avoidable) == (1, 0, 5)
    assert left.findings[0].advice is None


def test_one_waived_line_says_nothing_of_the_other_culprits(judged, tmp_path):
    other = tmp_path / "other.py"
    other.write_text("order.user\n")
    values = {"locations": (Frame(file=str(other), line=1, function="f"),)}
    assert judged(culprit="querywatch: ignore", values=values).findings
    assert not judged(queryset="querywatch: ignore", values=values).findings
    other_waived = tmp_path / "waived.py"
    other_waived.write_text("order.user  # querywatch: ignore\n")
    values = {"locations": (Frame(file=str(other_waived), line=1, function="f"),)}
    assert not judged(culprit="querywatch: ignore", values=values).findings


def test_a_malformed_waiver_is_told_once_in_the_findings_advice(judged):
    left = judged(culprit="querywatch: ignroe", values={"advice": "prefetch it"})
    (one,) = left.findings
    assert one.advice.startswith("prefetch it; the waiver at ")
    assert one.advice.endswith(":5 is not honoured: it says 'ignroe', not 'ignore' or 'ignore[kind]'")
    assert without_ignored(left, Config(), TODAY) == left


def test_code_above_does_not_waive_the_line_below(tmp_path):
    file = tmp_path / "views.py"
    file.write_text("first()  # querywatch: ignore\norder.user\n")
    one = finding(location=Frame(file=str(file), line=2, function="f"))
    assert without_ignored(Report(findings=(one,)), Config(), TODAY).findings == (one,)


@pytest.mark.parametrize(
    "text",
    [
        "\n{# querywatch: ignore -- one user #}\n{{ order.user }}",
        "\n\n{{ order.user }}{# querywatch: ignore[n_plus_one] #}",
    ],
)
def test_a_waiver_in_a_template_holds_from_the_next_request_on(tmp_path, text):
    file = tmp_path / "orders.html"
    file.write_text("\n\n{{ order.user }}")
    report = Report(findings=(finding(location=Frame(file=str(file), line=3)),))
    assert without_ignored(report, Config(), TODAY).findings
    file.write_text(text)
    assert not without_ignored(report, Config(), TODAY).findings


def test_a_place_whose_source_is_gone_is_not_waived():
    one = finding(location=Frame(file="/nowhere/views.py", line=3, function="f"))
    assert without_ignored(Report(findings=(one,)), Config(), TODAY).findings == (one,)
