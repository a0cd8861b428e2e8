"""The baseline: what stands in it, what it survives, and what a wrong one is told."""

import os
from pathlib import Path

import pytest

from django_querywatch.atomic_file import write_whole
from django_querywatch.baseline import (
    Baseline,
    BaselineError,
    read_baseline,
    render_baseline,
    words_for,
    write_baseline,
)
from django_querywatch.merged import merge
from django_querywatch.records import Finding, Frame, Report
from django_querywatch.suite.arranging import without_arranging
from django_querywatch.suite.judging import judge, without_tolerated
from django_querywatch.suite.options import Options

ROOT = Path("/srv/shop")


def finding(key: str = "0123456789abcdef", root: Path = ROOT, **overrides) -> Finding:
    """A finding of the shop, checked out at `root`."""
    place = Frame(file=str(root / "shop/services.py"), line=14, function="mailing_list")
    values = {
        "kind": "n_plus_one",
        "certainty": "certain",
        "count": 50,
        "avoidable": 50,
        "duration": 0.04,
        "alias": "default",
        "sql": "select 1",
        "fingerprint": "select ?",
        "id": key,
        "model": "shop.Order",
        "field": "user",
        "location": place,
        "locations": (place,),
        "origin": Frame(file=str(root / "shop/views.py"), line=7, function="MailingListView"),
    }
    return Finding(**{**values, **overrides})


def test_a_baseline_is_sorted_text_with_an_entry_a_line():
    baseline = Baseline().with_findings(
        [finding("bbbbbbbbbbbbbbbb"), finding("aaaaaaaaaaaaaaaa", field="items")], ROOT
    )
    assert render_baseline(baseline) == (
        "# django-querywatch baseline, version 1\n"
        "# Tolerated until cured. Only the id at the start of a line counts; the words are for people.\n"
        "aaaaaaaaaaaaaaaa  N+1 shop.Order.items at shop/services.py in mailing_list, "
        "queryset at shop/views.py in MailingListView\n"
        "bbbbbbbbbbbbbbbb  N+1 shop.Order.user at shop/services.py in mailing_list, "
        "queryset at shop/views.py in MailingListView\n"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 51, "avoidable": 51, "duration": 9.0},
        {"kind": "potential_n_plus_one", "count": 1, "avoidable": 0, "certainty": "likely"},
        {"alias": "other", "sql": "select 2"},
        {"root": Path("/home/ci/checkout")},
    ],
    ids=["more rows", "a single row", "another database", "another checkout"],
)
def test_words_hold_nothing_that_changes_without_a_reason(changes):
    root = changes.get("root", ROOT)
    assert words_for(finding(**changes), root) == words_for(finding(), ROOT)


def test_a_moved_line_changes_nothing():
    place = Frame(file="/srv/shop/shop/services.py", line=99, function="mailing_list")
    assert words_for(finding(location=place, locations=(place,)), ROOT) == words_for(finding(), ROOT)


@pytest.mark.parametrize(
    ("file", "written"),
    [
        ("/srv/shop/shop/services.py", "shop/services.py"),
        ("/srv/shop/.venv/lib/python3.13/site-packages/taggit/managers.py", "taggit/managers.py"),
        ("/elsewhere/code.py", "code.py"),
    ],
)
def test_paths_are_the_same_in_every_checkout(file, written):
    place = Frame(file=file, line=1)
    assert f" at {written}" in words_for(finding(location=place, locations=(place,), origin=None), ROOT)


def test_what_is_written_is_read_again(tmp_path):
    baseline = Baseline().with_findings([finding()], ROOT)
    write_baseline(tmp_path / "base.txt", baseline)
    assert read_baseline(tmp_path / "base.txt") == baseline


def test_words_are_for_people_and_may_be_edited(tmp_path):
    file = tmp_path / "base.txt"
    file.write_text(
        "# django-querywatch baseline, version 1\n\n0123456789abcdef  ours: see ticket 12\naaaaaaaaaaaaaaaa\n"
    )
    baseline = read_baseline(file)
    assert baseline.tolerates(finding())
    assert baseline.with_findings([finding()], ROOT).entries["0123456789abcdef"] == "ours: see ticket 12"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no baseline: it lacks the line '# django-querywatch baseline, version 1'"),
        (b"0123456789abcdef  N+1\n", "is no baseline"),
        (
            b"# django-querywatch baseline, version 2\n",
            "has version 2, and this django-querywatch reads up to 1. Upgrade",
        ),
        (b"# django-querywatch baseline, version x\n", "has an unknown version 'x'"),
        (b"# django-querywatch baseline, version 1\nN+1 shop\n", "base.txt:2 is no entry"),
        (
            b"# django-querywatch baseline, version 1\n<<<<<<< HEAD\n",
            "base.txt:2 is a mark of an unfinished merge",
        ),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_wrong_baseline_is_told_with_what_to_do(tmp_path, content, message):
    (tmp_path / "base.txt").write_bytes(content)
    with pytest.raises(BaselineError) as caught:
        read_baseline(tmp_path / "base.txt")
    assert message in str(caught.value)


def test_a_folder_is_no_baseline(tmp_path):
    with pytest.raises(BaselineError, match="cannot be read"):
        read_baseline(tmp_path)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    file = tmp_path / "base.txt"
    file.write_text("old")
    monkeypatch.setattr(os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(BaselineError, match="cannot be written: disk full"):
        write_baseline(file, Baseline())
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_keeps_the_mode_and_follows_a_link(tmp_path):
    file, link = tmp_path / "base.txt", tmp_path / "link.txt"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o640


UPDATE = Options(mode="fail", baseline=Path("base.txt"), updates_baseline=True)
SHRINK = Options(mode="fail", baseline=Path("base.txt"), updates_baseline=True, shrinks_only=True)
KNOWN = Baseline(entries={"aaaaaaaaaaaaaaaa": "gone", "0123456789abcdef": "kept"})
NEW = finding("bbbbbbbbbbbbbbbb")


@pytest.mark.parametrize(
    ("options", "is_full", "kept"),
    [
        (UPDATE, True, {"0123456789abcdef", "bbbbbbbbbbbbbbbb"}),
        (UPDATE, False, {"aaaaaaaaaaaaaaaa", "0123456789abcdef", "bbbbbbbbbbbbbbbb"}),
        (SHRINK, True, {"0123456789abcdef"}),
        (SHRINK, False, {"aaaaaaaaaaaaaaaa", "0123456789abcdef"}),
        (Options(mode="fail", baseline=Path("base.txt")), True, set(KNOWN.entries)),
    ],
)
def test_an_update_adds_and_takes_out_only_what_it_may(options, is_full, kept):
    verdict = judge(KNOWN, [Report(findings=(finding(), NEW))], options, ROOT, is_full)
    assert set(verdict.baseline.entries) == kept
    assert verdict.new == (NEW,)
    assert verdict.stale == (("aaaaaaaaaaaaaaaa  gone",) if is_full else ())


def test_other_kinds_are_never_added():
    duplicate, potential = finding(kind="duplicate"), finding("b" * 16, kind="potential_n_plus_one")
    assert judge(Baseline(), [Report(findings=(duplicate, potential))], UPDATE, ROOT, True).new == ()


def test_a_tolerated_finding_leaves_the_report_with_what_it_would_save():
    report = Report(findings=(finding(), NEW), query_count=101, avoidable=100)
    left = without_tolerated(report, KNOWN.entries)
    assert (left.findings, left.avoidable) == ((NEW,), 50)


def test_reports_merge_to_the_same_whatever_their_order():
    other = Frame(file="/srv/shop/a.html", line=3)
    small = Report(
        name="small", findings=(finding(count=3, avoidable=3, location=other, locations=(other,)),)
    )
    large, third = (
        Report(name="large", findings=(finding(), NEW)),
        Report(name="b", findings=(finding(count=2),)),
    )
    (one, two) = merge([small, large, third])
    assert merge([third, large, small]) == (one, two)
    assert one.names == ("large", "b", "small")
    assert one.finding.count == 50
    assert other in one.finding.locations


def test_rows_that_a_test_writes_in_its_own_file_are_its_data():
    def write(file: str) -> Finding:
        place = Frame(file=file, line=1)
        return finding(kind="n_plus_one_write", operation="INSERT", location=place, locations=(place,))

    def left(file: str) -> int:
        return len(without_arranging(Report(findings=(write(file),)), ROOT, ["test_*.py"]).findings)

    assert [left(f"/srv/shop/{name}") for name in ("test_a.py", "tests/make.py", "shop/conftest.py")] == [
        0,
        0,
        0,
    ]
    assert left("/srv/shop/shop/services.py") == 1
    assert len(without_arranging(Report(findings=(finding(),)), ROOT, ["*.py"]).findings) == 1, "reads count"
