"""Of large columns, those are told that nobody reads and no code could; rows are to the project what they were."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.query_utils import DeferredAttribute
from django.urls import path

from django_querywatch import Config, record
from django_querywatch.capture import columns as descriptors
from django_querywatch.capture.eager_caches import tallies
from django_querywatch.records import Finding, Report
from example_project.shop.factories import ReviewFactory
from example_project.shop.models import Review
from tests.eager import columns
from tests.eager.asking import told_of

pytestmark = pytest.mark.django_db
COLUMN_VIEWS = {
    name: view
    for name, view in inspect.getmembers(columns, inspect.isfunction)
    if view.__module__ == columns.__name__
}
COLUMN_FIXES = {
    "wasted": 'defer("text")',
    "wasted_by_filter": 'defer("text")',
    "wasted_by_only": 'take "text" out of only()',
    "wasted_one": 'defer("text")',
}


class ColumnUrls:
    urlpatterns = [path(f"{name}/", view) for name, view in COLUMN_VIEWS.items()]


@pytest.fixture(autouse=True)
def watched(settings) -> Iterator[None]:
    settings.ROOT_URLCONF = ColumnUrls
    settings.MIDDLEWARE = ["django_querywatch.middleware.QueryWatchMiddleware"]
    folder = inspect.getfile(columns).replace("columns.py", "templates")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [folder]}]
    settings.QUERYWATCH = {"ENABLED": True, "UNREAD_COLUMNS": 2000}
    tallies.clear()
    yield
    columns.kept.clear()
    tallies.clear()


@pytest.fixture(autouse=True)
def shop() -> None:
    ReviewFactory.create_batch(3, text="x" * 5000)


def unread_by(url: str, reports: list[Report], times: int = 5) -> list[Finding]:
    return told_of("unread_column", url, reports, times)


@pytest.mark.parametrize("name", COLUMN_FIXES)
def test_a_column_that_nobody_reads_is_told_once(name: str, reports: list[Report]) -> None:
    (found,) = unread_by(f"/{name}/", reports, times=8)
    assert found.suggestion == COLUMN_FIXES[name]
    assert found.certainty == "likely"
    assert found.location is not None
    assert found.location.file == columns.__file__
    assert "Review.objects" in str(found.source)
    assert str(found).startswith("unread column: shop.Review.text loaded with its rows ")


@pytest.mark.parametrize("name", sorted(COLUMN_VIEWS.keys() - COLUMN_FIXES.keys()))
def test_a_column_that_is_read_or_may_be_is_not(name: str, reports: list[Report]) -> None:
    assert unread_by(f"/{name}/", reports) == []


@pytest.mark.parametrize("option", [None, 50_000])
def test_only_rows_of_the_size_asked_for(option: int | None, settings, reports: list[Report]) -> None:
    settings.QUERYWATCH = {"ENABLED": True, "UNREAD_COLUMNS": option, "UNUSED_EAGER": True}
    assert unread_by("/wasted/", reports) == []


def test_one_request_proves_nothing(reports: list[Report]) -> None:
    assert unread_by("/wasted/", reports, times=1) == []


def test_off_leaves_djangos_descriptors_alone(settings, reports: list[Report]) -> None:
    settings.QUERYWATCH = {"ENABLED": True}
    unread_by("/wasted/", reports)
    assert type(Review.text) is DeferredAttribute


def row_by_itself() -> list[Any]:
    """What a row does by itself, its columns read, set, deleted, deferred, compared and copied."""
    review = Review.objects.get(pk=Review.objects.earliest("pk").pk)
    seen: list[Any] = [review.text[:2], sorted(vars(review)), review.get_deferred_fields()]
    review.text = "new"
    seen += [review.text, vars(review)["text"]]
    del review.text
    seen += [review.get_deferred_fields(), len(review.text), "text" in vars(review)]
    del review.text
    with pytest.raises(AttributeError) as raised:
        del review.text
    seen.append(str(raised.value))
    review.refresh_from_db()
    seen += [len(review.text), review.author_id, hasattr(Review, "text"), repr(Review.text.field)]
    copied, restored = copy.copy(review), pickle.loads(pickle.dumps(review))
    seen += [copied == review, restored == review, len(restored.text), len(copy.deepcopy(review).text)]
    part = Review.objects.defer("text").earliest("pk")
    return [*seen, part.get_deferred_fields(), len(part.text), Review(text="own").text]


def test_rows_are_what_they_were() -> None:
    plain = row_by_itself()
    assert type(Review.text) is DeferredAttribute
    with record():
        watched = row_by_itself()
    assert type(Review.text) is descriptors.TellingColumn
    assert watched == plain


class Decoded(DeferredAttribute):
    """A library's descriptor, which decodes a column that is not loaded yet; one that is, Python reads by itself."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        return str(super().__get__(instance, cls))[::-1]


def test_descriptors_of_others_and_of_small_columns_stay_what_they_are(monkeypatch) -> None:
    monkeypatch.setattr(Review, "text", Decoded(Review._meta.get_field("text")))
    with record():
        (review,) = Review.objects.order_by("pk")[:1]
        assert review.text[:1] == "x"
    assert type(vars(Review)["text"]) is Decoded
    assert "__set__" not in vars(DeferredAttribute)
    assert type(Review.stars) is DeferredAttribute


def test_a_row_from_a_cache_needs_no_package() -> None:
    with record():
        row = Review.objects.earliest("pk")
    assert descriptors.ATTRIBUTE in vars(row._state)
    text = (
        "import os, pickle, sys\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "from tests import settings\n"
        "settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if 'querywatch' not in app]\n"
        "import django; django.setup()\n"
        "row = pickle.loads(bytes.fromhex(sys.argv[1]))\n"
        "assert not any(name.startswith('django_querywatch') for name in sys.modules)\n"
        "print(len(row.text))"
    )
    command = [sys.executable, "-c", text, pickle.dumps(row).hex()]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "5000\n"


def test_each_recording_sees_what_it_was_asked_to_see() -> None:
    columns_only, relations_only = Config(unread_columns=1000), Config(unused_eager=True)
    with record(config=columns_only) as outer, record(config=relations_only) as inner:
        assert list(Review.objects.select_related("author"))
    seen = [{tally.what.call for tally in each.recorder.eager.tallies} for each in (outer, inner)]
    assert seen == [{"defer"}, {"select_related"}]
