"""Told is what nobody reads and no code could; of all else nothing is said."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.test import Client
from django.urls import path

from django_querywatch import Config, record
from django_querywatch.capture import eager_proof
from django_querywatch.capture.eager_caches import WatchedCache, tallies
from django_querywatch.records import Finding, Report
from example_project.shop.factories import (
    CategoryFactory,
    CustomerFactory,
    OrderFactory,
    OrderItemFactory,
    ProductFactory,
    ReviewFactory,
)
from example_project.shop.models import Order
from tests.eager import using, wasting
from tests.eager.asking import told_of

pytestmark = pytest.mark.django_db


def views_of(module: Any) -> dict[str, Any]:
    return {
        name: view.as_view() if inspect.isclass(view) else view
        for name, view in vars(module).items()
        if getattr(view, "__module__", None) == module.__name__ and not name.startswith("_")
    }


WASTING = views_of(wasting)
USING = views_of(using)


class Urls:
    urlpatterns = [
        *(path(f"wasting/{name}/", view) for name, view in WASTING.items()),
        *(path(f"using/{name}/", view) for name, view in USING.items()),
    ]


@pytest.fixture(autouse=True)
def watched(settings) -> Iterator[None]:
    settings.ROOT_URLCONF = Urls
    settings.MIDDLEWARE = ["django_querywatch.middleware.QueryWatchMiddleware"]
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [inspect.getfile(using).replace("using.py", "templates")]}
    ]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.QUERYWATCH = {"ENABLED": True, "UNUSED_EAGER": True}
    tallies.clear()
    yield
    using.kept.clear()
    tallies.clear()


@pytest.fixture(autouse=True)
def shop() -> None:
    category = CategoryFactory()
    customer = CustomerFactory()
    for _ in range(2):
        product = ProductFactory(categories=[category])
        OrderItemFactory(order=OrderFactory(user=customer.user), product=product)
        ReviewFactory(product=product, author=customer.user)


def told(url: str, reports: list[Report], times: int = 5) -> list[Finding]:
    return told_of("unused_eager_loading", url, reports, times)


FIXES = {
    "joined": 'take "author" out of select_related()',
    "prefetched_items": 'take "items" out of prefetch_related()',
    "prefetched_one": 'take "author" out of prefetch_related()',
    "many_to_many": 'take "categories" out of prefetch_related()',
    "reverse_one": 'take "customer" out of select_related()',
    "deeper": 'write "items" in place of "items__product" in prefetch_related()',
    "deeper_from_the_first": 'take "order__user" out of select_related()',
    "author_of_two": 'take "author" out of select_related()',
    "by_template": 'take "author" out of select_related()',
    "repeated": 'take "author" out of select_related()',
    "ByClass": 'take "author" out of select_related()',
}


@pytest.mark.parametrize("name", WASTING)
def test_what_nobody_reads_is_told_once(name: str, reports: list[Report]) -> None:
    (found,) = told(f"/wasting/{name}/", reports, times=8)
    assert found.suggestion == FIXES[name]
    assert found.certainty == "likely"
    assert found.location is not None
    assert found.location.file == wasting.__file__
    assert "_related(" in str(found.source)


@pytest.mark.parametrize("name", USING)
def test_what_somebody_reads_or_may_read_is_not(name: str, reports: list[Report]) -> None:
    assert told(f"/using/{name}/", reports) == []


def test_one_request_proves_nothing(reports: list[Report]) -> None:
    assert told("/wasting/repeated/", reports, times=1) == []
    assert told("/wasting/repeated/", reports, times=2) != []


GUARDED = {
    "on_a_condition",
    "in_a_template",
    "in_a_template_response",
    "in_an_included_template",
    "Listed",
    "in_a_helper",
    "in_a_table_of_functions",
    "in_a_method_of_something",
    "by_a_name_made_up",
    "by_a_getter_made_up",
    "in_an_import",
    "in_str_on_a_condition",
    "through_a_helper",
}
"""Views that read under a condition that is never met, or whose queryset others read: only the source tells."""


@pytest.mark.parametrize("name", USING)
def test_the_dicts_see_each_reading_and_the_source_tells_of_the_rest(name: str, reports, monkeypatch) -> None:
    monkeypatch.setattr(eager_proof, "may_be_read", lambda *given: False)
    assert bool(told(f"/using/{name}/", reports)) == (name in GUARDED)


@pytest.mark.parametrize("name", WASTING)
def test_without_the_setting_nothing_is_told(name: str, reports: list[Report], settings) -> None:
    settings.QUERYWATCH = {"ENABLED": True}
    assert told(f"/wasting/{name}/", reports) == []
    assert tallies == {}


def test_rows_that_are_kept_may_be_read_yet(reports: list[Report]) -> None:
    """Until then nothing is told, and when they were read nothing ever is."""
    assert told("/using/kept_for_later/", reports) == []
    assert using.kept
    assert [review.author for review in using.kept]
    using.kept.clear()
    assert told("/using/kept_for_later/", reports) == []


def test_kept_rows_that_went_unread_are_told(reports: list[Report], monkeypatch) -> None:
    """The corrected twin of the above: the same view, and nobody who comes back for the rows."""
    monkeypatch.setattr(using, "kept", [])
    for _ in range(4):
        Client().get("/using/kept_for_later/")
    using.kept.clear()
    assert len(told("/using/kept_for_later/", reports, times=1)) == 1


@pytest.fixture
def row() -> Order:
    """A row that is watched, with one relation joined and one prefetched."""
    with record(config=Config(unused_eager=True)):
        return next(iter(Order.objects.select_related("user").prefetch_related("items")))


def test_no_object_changes_its_type_and_the_dicts_are_equal_to_plain_ones(row: Order) -> None:
    caches = row._state.fields_cache, row._prefetched_objects_cache
    assert all(type(cache) is WatchedCache for cache in caches)
    assert all(isinstance(cache, dict) and cache == dict(cache) for cache in caches)
    assert type(row) is Order
    assert type(row.user) is User
    assert type(row.items.all()) is QuerySet
    assert row._state.fields_cache | {1: 2} == {"user": row.user, 1: 2}
    assert {1: 2} | row._state.fields_cache == {1: 2, "user": row.user}
    assert [*reversed(row._state.fields_cache)] == ["user"]
    with pytest.raises(KeyError):
        row._state.fields_cache["nothing"]
    with pytest.raises(TypeError):
        hash(row._state.fields_cache)


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda cache: pickle.loads(pickle.dumps(cache))])
def test_what_leaves_is_a_plain_dict(row: Order, way) -> None:
    for cache in (row._state.fields_cache, row._prefetched_objects_cache):
        assert type(way(cache)) is dict
        assert [*way(cache)] == [*cache]


def test_a_pickle_needs_nothing_of_this_package(row: Order) -> None:
    assert b"querywatch.capture" not in pickle.dumps(row)


READINGS = {
    "item": lambda cache: cache["user"],
    "get": lambda cache: cache.get("user"),
    "in": lambda cache: "user" in cache,
    "pop": lambda cache: cache.pop("user"),
    "setdefault": lambda cache: cache.setdefault("user"),
    "popitem": lambda cache: cache.popitem(),
    "iteration": list,
    "reversed": lambda cache: [*reversed(cache)],
    "items": lambda cache: cache.items(),
    "keys": lambda cache: cache.keys(),
    "values": lambda cache: cache.values(),
    "dict": dict,
    "unpacking": lambda cache: {**cache},
    "keywords": lambda cache: dict(**cache),
    "update": lambda cache: {}.update(cache),
    "union": lambda cache: {} | cache,
    "equal": lambda cache: cache == {},
    "repr": repr,
    "json": lambda cache: json.dumps(cache, default=str),
}


@pytest.mark.parametrize("name", READINGS)
def test_each_way_to_read_the_dict_is_seen(name: str, row: Order) -> None:
    (tally,) = [tally for what, tally in tallies.items() if what.path == "user"]
    assert not tally.is_used
    READINGS[name](row._state.fields_cache)
    assert tally.is_used


def test_nothing_is_wrapped_until_it_is_asked_for() -> None:
    code = """
import django
from django.conf import settings
settings.configure(INSTALLED_APPS=["django_querywatch"])
django.setup()
from django.db.models import QuerySet
from django_querywatch import Config, record
plain = QuerySet._fetch_all
with record(): pass
assert QuerySet._fetch_all is plain
with record(config=Config(unused_eager=True)): pass
assert QuerySet._fetch_all is not plain
"""
    subprocess.run([sys.executable, "-c", code], check=True)
