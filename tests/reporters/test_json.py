import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_querywatch.records import Finding, Frame, Report
from django_querywatch.reporters.json import (
    FORMAT_VERSION,
    FormatError,
    append,
    report_from_dict,
    report_from_json_line,
    report_to_dict,
    report_to_json_line,
)
from django_querywatch.reporters.json import report as report_to_file
from tests.reporters.values import HOSTILE, finding, frame, report, unknown

FULL = report(
    finding(
        parameters=("1", HOSTILE),
        timeline=((0.0, 0.001), (0.5, 0.002)),
        locations=(frame("a.py", 1), frame("b.py", 2)),
    ),
    unknown(kind="slow_query", certainty="likely", source=HOSTILE),
    truncated=True,
    route="orders/<int:pk>/",
)


def changed(path: list[str | int], value: object) -> dict:
    """The full report's dict with one value replaced."""
    data = report_to_dict(FULL)
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return data


def test_the_keys_are_the_fields_of_the_records():
    data = report_to_dict(FULL)
    assert list(data) == ["format_version", *(field.name for field in fields(Report))]
    assert list(data["findings"][0]) == [field.name for field in fields(Finding)]
    assert data["findings"][0]["location"] == {
        "file": str(Path.cwd() / "shop/templates/shop/order_list.html"),
        "line": 12,
        "function": None,
    }
    assert data["findings"][0]["timeline"] == [[0.0, 0.001], [0.5, 0.002]]


def test_there_and_back():
    assert report_from_dict(report_to_dict(FULL)) == FULL
    assert report_from_json_line(report_to_json_line(FULL)) == FULL


def test_a_line_is_ascii_and_one_line():
    line = report_to_json_line(FULL)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["format_version"] == FORMAT_VERSION == 1


def test_unknown_keys_of_this_version_are_passed_over_and_missing_ones_take_defaults():
    data = {"format_version": 1, "query_count": 3, "mood": "good"}
    assert report_from_dict(data) == Report(query_count=3)


WHOLE = "not a whole number from 0 on"
KINDS = (
    "n_plus_one, n_plus_one_write, over_budget, potential_n_plus_one, duplicate, wasteful_check, "
    "unused_eager_loading, unread_column, slow_query"
)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["format_version"], None, "x.format_version is missing or no version"),
        (["format_version"], True, "x.format_version is missing or no version"),
        (["query_count"], "9", f"x.query_count is of type str, {WHOLE}"),
        (["query_count"], -1, f"x.query_count is of type int, {WHOLE}"),
        (["query_count"], True, f"x.query_count is of type bool, {WHOLE}"),
        (["duration"], float("nan"), "x.duration is of type float, not a number from 0 on"),
        (["duration"], 10**400, "x.duration is of type int, not a number from 0 on"),
        (["truncated"], 1, "x.truncated is of type int, not true or false"),
        (["name"], None, "x.name is of type NoneType, not text"),
        (["findings"], {}, "x.findings is of type dict, not a list"),
        (["findings", 1], [], "x.findings[1] is of type list, not an object"),
        (["findings", 0, "kind"], "n+1", f"x.findings[0].kind is none of {KINDS}"),
        (["findings", 0, "certainty"], ["likely"], "x.findings[0].certainty is none of certain, likely"),
        (["findings", 0, "location", "line"], 1.5, f"x.findings[0].location.line is of type float, {WHOLE}"),
        (["findings", 0, "location"], {"line": 1}, "x.findings[0].location.file is missing"),
        (["findings", 0, "timeline", 1], [1.0], "x.findings[0].timeline[1] is a list of 1, not of 2"),
        (["findings", 0, "parameters", 0], 7, "x.findings[0].parameters[0] is of type int, not text"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(path: list[str | int], value: object, problem: str):
    with pytest.raises(FormatError) as caught:
        report_from_dict(changed(path, value), where="x")
    assert str(caught.value) == f"{problem}. Write it again with django-querywatch."


@pytest.mark.parametrize("version", [2, 10**400])
def test_a_newer_version_is_refused(version: int):
    with pytest.raises(FormatError) as caught:
        report_from_dict(changed(["format_version"], version), where="x")
    assert str(caught.value) == (
        "x.format_version is newer than the 1 that this django-querywatch reads. "
        "Upgrade django-querywatch here to the version that wrote it."
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "no JSON (JSONDecodeError)"),
        (b"\xff\xfe\x00", "no JSON (UnicodeDecodeError)"),
        ("[" * 100_000, "no JSON (RecursionError)"),
        ('{"format_version": ' + "9" * 5000 + "}", "no JSON (ValueError)"),
        ("3", "int, not an object"),
        ("null", "NoneType, not an object"),
    ],
)
def test_a_line_that_is_no_report(line: str | bytes, problem: str):
    with pytest.raises(FormatError) as caught:
        report_from_json_line(line, where="run.jsonl:3")
    assert str(caught.value) == f"run.jsonl:3 is {problem}. Write it again with django-querywatch."


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PLACES = [
    [name, 0, inner.name] if name == "findings" else [name]
    for name in (field.name for field in fields(Report))
    for inner in (fields(Finding) if name == "findings" else fields(Frame)[:1])
]


@given(path=st.sampled_from(PLACES), value=JSON_VALUES)
def test_any_value_anywhere_is_read_or_refused_by_name(path: list[str | int], value: object):
    refusal, read = None, None
    try:
        read = report_from_dict(changed(path, value))
    except FormatError as error:
        refusal = error.where
    assert refusal.startswith("the report.") if refusal else report_from_dict(report_to_dict(read)) == read


@given(JSON_VALUES | st.binary() | st.text())
def test_no_line_raises_anything_else(value: object):
    line = value if isinstance(value, (str, bytes)) else json.dumps(value)
    with pytest.raises(FormatError):
        report_from_json_line(line)


def test_reports_are_appended_to_the_file_that_the_environment_names(tmp_path, monkeypatch):
    path = tmp_path / "run.jsonl"
    monkeypatch.setenv("QUERYWATCH_JSON_FILE", str(path))
    before = os.umask(0o027)
    try:
        report_to_file(FULL)
        report_to_file(report())
    finally:
        os.umask(before)
    assert [report_from_json_line(line) for line in path.read_text().splitlines()] == [FULL, report()]
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_line_that_was_written_in_part_is_told(tmp_path, monkeypatch):
    class Full:
        def write(self, line: bytes) -> int:
            return len(line) - 1

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *error: object) -> None: ...

    monkeypatch.setattr(Path, "open", lambda path, *how, **options: Full())
    with pytest.raises(OSError, match=r"only \d+ of \d+ bytes went into .*: is the disk full\?"):
        append(Report(), tmp_path / "reports.jsonl")


def test_without_a_file_it_says_what_to_set():
    with pytest.raises(LookupError) as caught:
        report_to_file(report())
    assert str(caught.value) == (
        "django_querywatch.reporters.json.report has no file to write to: set the environment variable "
        "QUERYWATCH_JSON_FILE, or name a function of your own in QUERYWATCH['REPORTERS'] that calls "
        "append(report, path)"
    )


def test_the_name_of_a_request_is_no_file_name(tmp_path):
    append(report(name="GET /../../etc/passwd"), tmp_path / "run.jsonl")
    assert [file.name for file in tmp_path.iterdir()] == ["run.jsonl"]


WRITER = """
import sys
from pathlib import Path
from django_querywatch.records import Report
from django_querywatch.reporters.json import append
for number in range(200):
    append(Report(name=sys.argv[2] * 3000, query_count=number), Path(sys.argv[1]))
"""


def test_processes_may_share_a_file(tmp_path):
    path = tmp_path / "run.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), letter]) for letter in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    read = [report_from_json_line(line) for line in path.read_bytes().splitlines()]
    for letter in "abc":
        assert [one.query_count for one in read if one.name == letter * 3000] == list(range(200))
