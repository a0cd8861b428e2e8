"""The toolbar panel: what it tells of a request, wherever the middleware stands, sync and async."""

import json
import logging
from dataclasses import replace
from importlib.util import find_spec
from time import perf_counter

import debug_toolbar
import pytest
from debug_toolbar.middleware import show_toolbar_func_or_path
from debug_toolbar.toolbar import DebugToolbar
from django.db import connection
from django.test import Client

from django_querywatch.records import Frame
from django_querywatch.reporters.cards.statements import _laid_out
from django_querywatch.reporters.json import report_to_dict
from django_querywatch.toolbar.stats import shown, stats_of
from example_project.shop.factories import OrderFactory, OrderItemFactory
from tests.reporters.values import HOSTILE, finding, report
from tests.toolbar_requests import PANEL, PLACES, kept, needs_store, read, toolbar_urls, visit

pytestmark = pytest.mark.django_db
VERSION = tuple(int(part) for part in debug_toolbar.VERSION.split(".")[:2])

# The toolbar hides its migrations unless this store was set at start-up.
HISTORY_TABLE = """
    create table if not exists debug_toolbar_historyentry (
        request_id char(32) primary key, data text, created_at datetime
    )
"""


@pytest.fixture(autouse=True)
def toolbar(settings):
    settings.DEBUG = True
    settings.DEBUG_TOOLBAR_PANELS = [
        "debug_toolbar.panels.history.HistoryPanel",
        "django_querywatch.panels.QueryWatchPanel",
    ]
    settings.DEBUG_TOOLBAR_CONFIG = {
        "SHOW_TOOLBAR_CALLBACK": "tests.test_panel.always",
        "RENDER_PANELS": False,
    }
    settings.MIDDLEWARE = PLACES["alone"]
    show_toolbar_func_or_path.cache_clear()
    with toolbar_urls() as urls:
        settings.ROOT_URLCONF = urls
        yield
    show_toolbar_func_or_path.cache_clear()


def always(request):
    return True


@pytest.fixture
def orders():
    created = OrderFactory.create_batch(6)
    for order in created:
        OrderItemFactory(order=order)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("is_async", [False, True], ids=["wsgi", "asgi"])
@pytest.mark.parametrize("address", ["/page/", "/async/"])
def test_the_panel_tells_the_same_wherever_the_middleware_stands(settings, orders, place, is_async, address):
    settings.MIDDLEWARE = PLACES[place]
    visited = visit(address, is_async=is_async)
    (found,) = shown(visited.stats).report.findings
    assert (found.model, found.field, found.count) == (
        "shop.Order",
        "user" if address == "/page/" else "items",
        6,
    )
    assert "shop.Order" in visited.panel.content
    assert "1 N+1" in visited.panel.nav_subtitle
    assert visited.stats["state"] == "done"
    timing = visited.response["Server-Timing"]
    assert timing.count("1 N+1") == 1
    assert "QueryWatchPanel_queries;dur=" in timing


def test_one_request_is_reported_once(settings, orders, reports):
    settings.MIDDLEWARE = PLACES["below"]
    visit("/page/")
    assert len(reports) == 1


def test_the_sidebar_is_quiet_without_findings():
    subtitle = visit("/quiet/").panel.nav_subtitle
    assert "No N+1 in 1 query" in subtitle
    assert "qw-nav-findings" not in subtitle


@pytest.mark.parametrize("is_async", [False, True], ids=["wsgi", "asgi"])
def test_a_streamed_response_is_completed_when_it_ends(orders, is_async):
    visited = visit("/streamed/", is_async=is_async, consume=False)
    assert visited.stats["state"] == "running"
    assert "still being sent" in visited.panel.content
    read(visited.response)
    assert visited.stats["state"] == "done"
    assert shown(visited.stats).report.findings[0].count == 6


@needs_store
def test_a_stream_that_ends_late_does_not_bring_a_dropped_request_back(orders):
    visited = visit("/streamed/", consume=False)
    store, identity = visited.toolbar.store, visited.toolbar.request_id
    store.delete(identity)
    read(visited.response)
    assert not store.exists(identity)


def test_an_exception_of_the_view_stays_the_views(orders, reports):
    with pytest.raises(RuntimeError, match="the view's own"):
        Client().get("/failing/")
    assert reports[0].findings[0].count == 6


def test_other_requests_with_findings_are_listed_newest_first(orders):
    visit("/page/")
    visit("/streamed/")
    content = visit("/quiet/").panel.content
    assert content.index("GET /streamed/") < content.index("GET /page/")
    assert content.count("data-qw-show") >= 2


def test_another_request_can_be_shown(orders):
    first, second = visit("/page/"), visit("/quiet/")
    address = second.panel.content.partition('data-qw-show="')[2].partition('"')[0].replace("&amp;", "&")
    answer = Client().get(address).json()
    assert "shop.Order.user" in answer["content"]
    assert first.toolbar is not second.toolbar
    assert [script.rpartition("/")[2] for script in answer["scripts"]] == ["panel.js"]


def test_history_tells_the_sidebar_again(orders):
    visited = visit("/page/")
    name = "request_id" if hasattr(visited.toolbar, "request_id") else "store_id"
    query = {name: getattr(visited.toolbar, name), "exclude_history": True}
    answer = Client().get("/tools/toolbar/history_sidebar/", query).json()
    assert "1 N+1" in answer[PANEL]["button"]
    assert "djdt-disabled" not in answer[PANEL]["button"]


def test_the_toolbars_own_requests_are_not_watched(settings, orders, reports):
    settings.MIDDLEWARE = PLACES["below"]
    visited = visit("/page/")
    Client().get("/tools/toolbar/querywatch/panel.css")
    assert len(reports) == 1
    assert len(kept(visited)) >= 1


def test_scripts_and_styles_need_no_static_files():
    client = Client()
    assert client.get("/tools/toolbar/querywatch/panel.css")["Content-Type"].startswith("text/css")
    assert client.get("/tools/toolbar/querywatch/panel.js")["Content-Type"].startswith("text/javascript")
    for name in ("icon.svg", "..%2Fpanels.py", "other.css"):
        assert client.get(f"/tools/toolbar/querywatch/{name}").status_code == 404


def test_one_line_is_a_full_installation(settings, orders):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_querywatch"]
    visited = visit("/page/")
    assert "shop.Order.user" in visited.panel.content


def test_nothing_is_inline(orders):
    visited = visit("/page/")
    for html in (visited.panel.content, visited.panel.nav_subtitle):
        assert "<script" not in html
        assert "<style" not in html
        assert " style=" not in html
        assert " on" not in html.partition("<pre")[0].replace(" one", "").replace(" only", "")


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
    with connection.cursor() as cursor:
        cursor.execute(HISTORY_TABLE)
    visited = visit("/page/")
    assert shown(visited.stats).report.query_count == 7
    assert "shop.Order.user" in visited.panel.content


def test_switched_off(settings, orders):
    settings.QUERYWATCH = {"ENABLED": False}
    visited = visit("/page/")
    assert "Switched off" in visited.panel.nav_subtitle
    assert "Querywatch is switched off" in visited.panel.content


def test_left_out_by_the_sample_rate(settings, orders):
    settings.QUERYWATCH = {"ENABLED": True, "SAMPLE_RATE": 0}
    visited = visit("/page/")
    assert "Not watched" in visited.panel.nav_subtitle
    assert "was not watched" in visited.panel.content


def test_a_failure_of_the_tool_is_told_and_breaks_nothing(monkeypatch, orders, caplog):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("django_querywatch.panels.stats_of", fail)
    monkeypatch.setattr("django_querywatch.capture.faults._seen", set())
    with caplog.at_level(logging.ERROR, "django_querywatch"):
        visited = visit("/page/")
    assert visited.response.status_code == 200
    assert "django-querywatch failed" in visited.panel.nav_subtitle
    assert "itself failed on this request" in visited.panel.content
    assert "ZeroDivisionError" in caplog.text


def test_stats_of_a_newer_version_are_told_as_a_failure_to_read_them():
    assert shown({**stats_of(report(), is_running=False), "format_version": 99}).state == "failed"


def content_of(made):
    """The panel's content for a report made by hand."""
    visited = visit("/quiet/")
    panel = visited.panel
    panel.toolbar.stats[PANEL] = stats_of(made, is_running=False)
    return panel.content


def test_what_limits_a_report_is_told_in_words():
    content = content_of(report(finding(), truncated=True, failed=True, ignored=2))
    assert "totals are exact, later queries were only counted" in content
    assert "itself failed during this request" in content
    assert "2 findings were left out by an ignore" in content


def test_hostile_names_are_escaped():
    nasty = f"</pre></code><img src=x onerror=alert(1)>'{HOSTILE}"
    attack = finding(
        **dict.fromkeys(("model", "field", "root_model", "alias", "sql", "source", "advice"), nasty),
        suggestion=f'select_related("{nasty}")',
        location=Frame(file=f"/srv/{nasty}", line=3, function=nasty),
        origin=Frame(file=f"/srv/{nasty}", line=4, function=nasty),
        also=(nasty,),
    )
    quiet = replace(attack, kind="duplicate")
    content = content_of(report(attack, quiet, name=f"GET /{nasty}", view=nasty))
    assert "<img" not in content
    assert content.count("</pre>") == content.count("<pre")
    assert content.count("&lt;img src=x") > 10
    assert "\x1b" not in content
    assert "\u202e" not in content


def test_parameters_are_shown_only_when_asked_for(settings):
    made = report(finding(parameters=("('secret',)",)))
    assert "secret" not in content_of(made)
    settings.QUERYWATCH = {"ENABLED": True, "SHOW_PARAMS": True}
    assert "secret" in content_of(made)


def test_thousands_separators_break_neither_lines_nor_drawings(settings):
    settings.USE_THOUSAND_SEPARATOR = True
    made = report(finding(count=12345, location=Frame(file=__file__, line=12345), timeline=((0.05, 0.001),)))
    content = content_of(made)
    assert ":12345<" in content
    assert "12,345" not in content
    assert 'd="M500 0h10v10h-10z"' in content


def test_what_is_stored_is_plain_json(orders):
    stats = visit("/page/").stats
    assert json.loads(json.dumps(stats)) == stats
    assert report_to_dict(shown(stats).report) == {
        key: value for key, value in stats.items() if key not in ("state", "at")
    }


def test_ten_thousand_queries_in_two_hundred_findings_are_rendered_within_a_second():
    columns = ", ".join(f'"shop_order"."column_{number}"' for number in range(25))
    made = report(
        *(
            finding(
                kind=("n_plus_one", "n_plus_one", "duplicate", "slow_query")[number % 4],
                id=str(number),
                sql=f'select {columns} from "shop_order_{number}" where "shop_order"."id" = ?',
                location=Frame(file=__file__, line=number + 1),
                origin=Frame(file=__file__, line=number + 2, function="view"),
                timeline=tuple((index / 500, 0.0005) for index in range(50)),
            )
            for number in range(200)
        ),
        query_count=10_000,
        avoidable=9_800,
        elapsed=10.0,
    )
    assert content_of(made).count("<details") >= 300
    assert min(seconds_to_show(made) for _ in range(3)) < 1


def seconds_to_show(made):
    """From the stored stats to the page, with nothing left from the time before."""
    _laid_out.cache_clear()
    panel = visit("/quiet/").panel
    panel.toolbar.stats[PANEL] = stats_of(made, is_running=False)
    started = perf_counter()
    assert panel.content
    return perf_counter() - started


def test_a_disabled_panel_leaves_the_watching_to_the_middleware(settings, orders, reports):
    settings.MIDDLEWARE = PLACES["below"]
    client = Client()
    client.cookies[f"djdt{PANEL}"] = "off"
    client.get("/page/")
    assert reports[0].findings[0].count == 6
    assert DebugToolbar._panel_classes is not None
