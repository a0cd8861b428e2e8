"""What an entry of IGNORE leaves out, in values made by hand."""

from pathlib import Path

import pytest

from django_querywatch.analysis import ignores
from django_querywatch.analysis.ignores import matched, note_matched, unused, without_ignored
from django_querywatch.records import Config, Frame, Report
from tests.analysis.values import TODAY, finding

VIEWS = str(Path("shop/views.py").absolute())
USER = {"model": "shop.Order", "field": "user", "location": Frame(file=VIEWS, line=5, function="orders")}


@pytest.fixture(autouse=True)
def nothing_matched_yet(monkeypatch):
    monkeypatch.setattr(ignores, "_matched", set())


def is_ignored(entry, values=USER, today=TODAY, **names) -> bool:
    report = Report(findings=(finding(**values),), query_count=6, avoidable=5, **names)
    return not without_ignored(report, Config(ignore=(entry,)), today).findings


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"relation": "shop.Order.user"}, True),
        ({"relation": "shop.Order"}, True),
        ({"relation": "shop.Order.use"}, False),
        ({"relation": "shop.Ord"}, False),
        ({"file": "shop/views.py"}, True),
        ({"file": "shop/*"}, True),
        ({"file": "shop/**/views.py"}, True),
        ({"file": "**/views.py"}, True),
        ({"file": VIEWS}, True),
        ({"file": "*/views.py"}, True),
        ({"file": "views.py"}, False),
        ({"file": "shop/models.py"}, False),
        ({"kind": "n_plus_one"}, True),
        ({"kind": "duplicate"}, False),
        ({"url_name": "shop:orders"}, True),
        ({"url_name": "shop:order"}, False),
        ({"view": "shop.views.orders"}, True),
        ({"view": "shop.views"}, False),
        ({"kind": "n_plus_one", "until": "2026-11"}, True),
        ({"kind": "n_plus_one", "until": "2026-10"}, False),
        ({"kind": "n_plus_one", "until": "2026-11-21"}, False),
        ({"relation": "shop.Order.user", "url_name": "shop:orders", "reason": "few"}, True),
        ({"relation": "shop.Order.user", "url_name": "shop:index"}, False),
        ({"relation": "shop.Order.user", "file": "shop/models.py"}, False),
    ],
)
def test_an_entry_matches_when_all_of_its_keys_do(entry, expected):
    assert is_ignored(entry, url_name="shop:orders", view="shop.views.orders") is expected


@pytest.mark.parametrize("entry", [{"url_name": "shop:orders"}, {"view": "shop.views.orders"}])
def test_entries_of_a_request_match_nothing_else(entry):
    assert not is_ignored(entry)


@pytest.mark.parametrize("name", ["location", "origin", "locations"])
def test_a_file_may_be_that_of_any_place(name):
    place = Frame(file=str(Path("shop/models.py").absolute()), line=1)
    values = {**USER, name: (place,) if name == "locations" else place}
    assert is_ignored({"file": "shop/models.py"}, values)


def test_a_potential_n_plus_one_is_of_the_kind_n_plus_one():
    assert is_ignored({"kind": "n_plus_one"}, {**USER, "kind": "potential_n_plus_one"})
    assert not is_ignored({"kind": "potential_n_plus_one"})


def test_a_finding_that_stands_for_other_relations_too_needs_all_of_them_ignored():
    values = {**USER, "also": ("shop.User.profile",)}
    assert not is_ignored({"relation": "shop.Order.user"}, values)
    both = Config(ignore=({"relation": "shop.Order.user"}, {"relation": "shop.User"}))
    assert not without_ignored(Report(findings=(finding(**values),)), both, TODAY).findings


def test_a_finding_without_a_relation_is_matched_by_none():
    assert not is_ignored({"relation": "shop.Order"}, {"location": USER["location"]})
    assert is_ignored({"file": "shop/*"}, {"location": USER["location"]})


def test_what_is_left_out_is_counted_and_not_avoidable():
    report = Report(
        findings=(finding(**USER), finding(id="2", avoidable=3), finding(id="3", avoidable=2)),
        query_count=12,
        avoidable=10,
    )
    left = without_ignored(report, Config(ignore=({"relation": "shop.Order.user"},)), TODAY)
    assert [one.id for one in left.findings] == ["2", "3"]
    assert (left.ignored, left.avoidable, left.query_count) == (1, 5, 12)
    again = without_ignored(left, Config(ignore=({"relation": "shop.Order.user"},)), TODAY)
    assert again == left


def test_entries_that_matched_nothing_are_listed():
    used, never, over = ({"relation": name} for name in ("shop.Order.user", "shop.Order.items", "shop.Order"))
    over = {**over, "until": "2020-01"}
    config = Config(ignore=(used, never, over, {"url_name": "shop:orders"}))
    assert unused(config) == [used, never, over]
    without_ignored(Report(findings=(finding(**USER),)), config, TODAY)
    assert unused(config) == [never, over]
    assert matched() == [used]
    note_matched([never])
    assert unused(config) == [over]
