import html
import os
import re

import pytest

from django_querywatch.reporters.github import append_summary, render_report, render_summary
from tests.reporters.values import HOSTILE, HOSTILE_ON_A_LINE, finding, frame, report, unknown

TEMPLATE = "shop/templates/shop/order_list.html"


def at(line: int, **changes):
    return finding(id=str(line), location=frame("shop/views.py", line), **changes)


def lines_of(rendered: str) -> list[str]:
    return re.findall(r"line=(\d+)", rendered)


def test_an_n_plus_one_is_a_warning_on_its_line():
    assert render_report(report(finding())) == (
        "::warning file=shop/templates/shop/order_list.html,line=12,title=N+1%3A shop.Order.user"
        "::N+1: shop.Order.user fetched 50 times (41 ms, default)"
        "%0A  at shop/templates/shop/order_list.html:12   {{ order.user.email }}"
        "%0A  queryset built at shop/views.py:24 in order_list"
        '%0A  fix: Order.objects.select_related("user")    51 -> 1 queries'
    )


def test_what_is_milder_is_a_notice():
    assert render_report(report(unknown(kind="duplicate", sql="", origin=frame("shop/views.py", 0)))) == (
        "::notice file=shop/views.py,line=1,title=duplicate%3A SELECT on auth_user"
        "::duplicate: SELECT on auth_user run 50 times with the same parameters (41 ms, default)"
        "%0A  at an unknown line: no code of the project was running"
        "%0A  queryset built at shop/views.py:0"
    )


def test_a_finding_without_a_line_is_still_told():
    assert render_report(report(unknown(sql=""))) == (
        "::warning title=N+1%3A SELECT on auth_user::N+1: SELECT on auth_user run 50 times (41 ms, default)"
        "%0A  at an unknown line: no code of the project was running"
    )


def test_at_most_ten_worst_first_and_those_on_changed_lines_before():
    many = report(*[at(line) for line in range(1, 21)])
    assert lines_of(render_report(many)) == [str(line) for line in range(1, 11)]
    changed = {"shop/views.py": {15, 18}, "other.py": {1}}
    assert lines_of(render_report(many, changed)) == ["15", "18", *(str(line) for line in range(1, 9))]


def test_the_querysets_line_and_further_lines_count_as_changed():
    by_origin = at(2, origin=frame("shop/managers.py", 9))
    by_other_line = at(3, locations=(frame("shop/views.py", 3), frame("shop/admin.py", 4)))
    rendered = render_report(
        report(at(1), by_other_line, by_origin), {"shop/managers.py": [9], "shop/admin.py": [4]}
    )
    assert lines_of(rendered) == ["3", "2", "1"]


def test_no_findings_no_annotations():
    assert render_report(report()) == ""


def test_paths_are_relative_to_the_checkout(monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    rendered = render_report(report(finding(location=frame(str(tmp_path / "web/views.py"), 3))))
    assert rendered.startswith("::warning file=web/views.py,line=3,")


def test_hostile_text_ends_no_command_and_begins_none():
    hostile = unknown(
        tables=(HOSTILE,),
        alias=HOSTILE,
        sql=HOSTILE,
        advice=HOSTILE,
        location=frame(HOSTILE, 1, HOSTILE),
    )
    rendered = render_report(report(hostile))
    assert rendered.isprintable()
    properties, message = re.fullmatch(r"::warning ([^:]*)::(.*)", rendered).groups()
    assert [part.partition("=")[0] for part in properties.split(",")] == ["file", "line", "title"]
    assert set(re.findall("%..", properties + message)) <= {"%0A", "%25", "%3A", "%2C"}


def cells(row: str) -> list[str]:
    """The cells as a reader sees them: GitHub splits rows before it reads entities."""
    return [html.unescape(cell.strip()) for cell in row.strip("|").split("|")]


def test_the_summary_is_a_table():
    lines = render_summary(
        report(finding(), unknown(kind="slow_query", count=1, advice="add an index"))
    ).splitlines()
    assert (
        html.unescape(lines[0]) == "### GET /orders/: 1 N+1, 1 slow query, 51 queries (44 ms), 50 avoidable"
    )
    assert lines[1:4] == ["", "| Finding | Line | Queryset | Fix |", "| --- | --- | --- | --- |"]
    assert [cells(line) for line in lines[4:]] == [
        [
            "N+1: shop.Order.user fetched 50 times (41 ms, default)",
            "shop/templates/shop/order_list.html:12",
            "shop/views.py:24",
            'Order.objects.select_related("user")',
        ],
        ["slow query: SELECT on auth_user run once (41 ms, default)", "", "", "add an index"],
    ]


def test_a_long_summary_ends_with_a_count():
    lines = render_summary(report(*[at(line) for line in range(60)])).splitlines()
    assert len(lines) == 4 + 50 + 2
    assert lines[-1] == "and 10 more findings"


def test_hostile_text_is_text_in_the_summary():
    hostile = unknown(tables=(HOSTILE,), advice="![x](http://x) @team **b** <script> a|b `c` ~~d~~ #1 __e__")
    row = render_summary(report(hostile, name=HOSTILE)).splitlines()[4]
    assert not set(re.sub(r"&#\d+;", "", row.replace("| ", "").replace(" |", ""))) & set("<>`*_[]!@~\\|#&")
    assert cells(row)[0] == f"N+1: SELECT on {HOSTILE_ON_A_LINE} run 50 times (41 ms, default)"
    assert cells(row)[3] == "![x](http://x) @team **b** <script> a|b `c` ~~d~~ #1 __e__"


def test_the_summary_is_added_to_the_steps(monkeypatch, tmp_path):
    path = tmp_path / "summary.md"
    path.write_text("# Tests\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    append_summary(report(finding()))
    assert path.read_text() == "# Tests\n" + render_summary(report(finding()))


def test_elsewhere_no_summary_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    append_summary(report(finding()))
    assert os.listdir(tmp_path) == []  # noqa: PTH208


@pytest.mark.parametrize("name", ["a:b.py", "a,b.py", "a%b.py"])
def test_names_that_look_like_syntax_are_escaped(name: str):
    rendered = render_report(report(finding(location=frame(name, 1))))
    file = re.search("file=([^,]*),", rendered)[1]
    assert file.replace("%3A", ":").replace("%2C", ",").replace("%25", "%") == name
