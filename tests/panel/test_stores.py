"""What the panel keeps of a request, and where: in each store that the toolbar has."""

import json
from importlib.util import find_spec

import debug_toolbar
import pytest
from django.db import connection

from django_querywatch.reporters.json import report_to_dict
from django_querywatch.toolbar.stats import shown, stats_of
from tests.panel.visits import needs_store, read, visit
from tests.reporters.values import report

pytestmark = pytest.mark.django_db
VERSION = tuple(int(part) for part in debug_toolbar.VERSION.split(".")[:2])


def make_history_table():
    """The toolbar hides its migrations unless this store was set at start-up. MySQL commits for any other table."""
    from debug_toolbar.models import HistoryEntry

    fields = HistoryEntry._meta.local_fields
    columns = ", ".join(f"{field.column} {field.db_type(connection)}" for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"create temporary table if not exists {HistoryEntry._meta.db_table} ({columns})")


@needs_store
@pytest.mark.parametrize("is_async", [False, True], ids=["wsgi", "asgi"])
@pytest.mark.skipif(VERSION < (6, 3), reason="CacheStore came with debug-toolbar 6.3")
def test_the_store_may_be_a_cache(settings, orders, is_async):
    settings.DEBUG_TOOLBAR_CONFIG = {
        **settings.DEBUG_TOOLBAR_CONFIG,
        "TOOLBAR_STORE_CLASS": "debug_toolbar.store.CacheStore",
    }
    visited = visit("/page/", is_async=is_async)
    assert "shop.Order.user" in visited.panel.content


@needs_store
def test_the_store_may_be_the_database_where_the_toolbar_can_use_it(settings, orders):
    if find_spec("debug_toolbar.migrations") is None:
        pytest.skip("this toolbar has no DatabaseStore")
    settings.DEBUG_TOOLBAR_CONFIG = {
        **settings.DEBUG_TOOLBAR_CONFIG,
        "TOOLBAR_STORE_CLASS": "debug_toolbar.store.DatabaseStore",
    }
    make_history_table()
    visited = visit("/page/")
    assert shown(visited.stats).report.query_count == 7
    assert "shop.Order.user" in visited.panel.content


@needs_store
def test_a_stream_that_ends_late_does_not_bring_a_dropped_request_back(orders):
    visited = visit("/streamed/", consume=False)
    store, identity = visited.toolbar.store, visited.toolbar.request_id
    store.delete(identity)
    read(visited.response)
    assert not store.exists(identity)


def test_what_is_stored_is_plain_json(orders):
    stats = visit("/page/").stats
    assert json.loads(json.dumps(stats)) == stats
    assert report_to_dict(shown(stats).report) == {
        key: value for key, value in stats.items() if key not in ("state", "at")
    }


def test_stats_of_a_newer_version_are_told_as_a_failure_to_read_them():
    assert shown({**stats_of(report(), is_running=False), "format_version": 99}).state == "failed"
