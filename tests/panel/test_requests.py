"""The toolbar panel: what it tells of a request, wherever the middleware stands, sync and async."""

import pytest
from debug_toolbar.toolbar import DebugToolbar
from django.test import Client

from django_querywatch.toolbar.stats import shown
from tests.panel.visits import PANEL, PLACES, kept, read, visit

pytestmark = pytest.mark.django_db


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


def test_a_disabled_panel_leaves_the_watching_to_the_middleware(settings, orders, reports):
    settings.MIDDLEWARE = PLACES["below"]
    client = Client()
    client.cookies[f"djdt{PANEL}"] = "off"
    client.get("/page/")
    assert reports[0].findings[0].count == 6
    assert DebugToolbar._panel_classes is not None
