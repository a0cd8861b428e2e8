"""Ignores end to end: in requests, in assertions, in the shop's own templates."""

import logging
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from django_querywatch import record
from django_querywatch.testing import assertNoNPlusOne
from example_project.shop import models
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order


@pytest.fixture
def orders(db):
    """Three orders of three users."""
    OrderFactory.create_batch(3)


@pytest.mark.parametrize(
    "entry",
    [
        {"relation": "shop.Order.user", "reason": "one user"},
        {"url_name": "shop:orders"},
        {"view": "example_project.shop.views.orders.OrderListView", "kind": "n_plus_one"},
        {"file": "*/shop/order_list.html"},
        {"file": "example_project/shop/**/orders.py", "until": f"{date.today().year + 1}-01"},
    ],
)
def test_an_entry_silences_a_request_in_every_channel(orders, settings, reports, caplog, entry):
    caplog.set_level(logging.INFO, logger="django_querywatch")
    settings.QUERYWATCH = {"ENABLED": True}
    Client().get("/orders/")
    assert len(reports[0].findings) == 1
    assert "shop.Order.user" in caplog.text
    caplog.clear()
    settings.QUERYWATCH = {"ENABLED": True, "IGNORE": [entry]}
    response = Client().get("/orders/")
    assert (reports[1].findings, reports[1].ignored, reports[1].avoidable) == ((), 1, 0)
    assert reports[1].query_count == reports[0].query_count
    assert "shop.Order.user" not in caplog.text
    assert response.status_code == 200


@pytest.mark.parametrize(
    "entry",
    [
        {"relation": "shop.Order.user", "until": "2020-01"},
        {"url_name": "shop:orders-fixed"},
        {"view": "example_project.shop.views.orders.PickingListView"},
        {"kind": "duplicate"},
    ],
)
def test_an_entry_for_something_else_or_of_the_past_silences_nothing(orders, settings, reports, entry):
    settings.QUERYWATCH = {"ENABLED": True, "IGNORE": [entry]}
    Client().get("/orders/")
    assert [one.field for one in reports[0].findings] == ["user"]
    assert reports[0].ignored == 0


def test_the_assertions_option_and_the_settings_add_up(orders, settings):
    with assertNoNPlusOne(ignore=[{"relation": "shop.Order.user", "reason": "one user"}]):
        Client().get("/orders/")
    with pytest.raises(AssertionError, match=r"shop\.Order\.user"):
        assertNoNPlusOne(Client().get, "/orders/")
    with (
        pytest.raises(AssertionError, match=r"shop\.Order\.user"),
        assertNoNPlusOne(ignore=[{"relation": "shop.Order.items"}]),
    ):
        Client().get("/orders/")
    settings.QUERYWATCH = {"IGNORE": [{"relation": "shop.Order.user"}]}
    with assertNoNPlusOne():
        Client().get("/orders/")


def test_waivers_in_this_file(orders):
    with record() as recording:
        [order.user.email for order in Order.objects.all()]
    assert len(recording.report().findings) == 1
    with record() as recording:
        [order.user.email for order in Order.objects.all()]  # querywatch: ignore[n_plus_one] max=3 -- a test
    assert (recording.report().findings, recording.report().ignored) == ((), 1)
    with record() as recording:
        # querywatch: ignore max=2 -- three is too many
        [order.user.email for order in Order.objects.all()]
    assert len(recording.report().findings) == 1
    with record() as recording:
        # querywatch: ignore -- above the queryset
        rows = Order.objects.all()
        for order in rows:
            order.user.email  # noqa: B018
    assert recording.report().findings == ()
    with record() as recording:
        [order.user.email for order in Order.objects.all()]  # querywatch: ignore[everything]
    assert "is not honoured" in recording.report().findings[0].advice


def test_a_waiver_in_a_template_of_the_shop(orders, settings, reports, tmp_path):
    shop = Path(models.__file__).parent / "templates" / "shop" / "order_list.html"
    text = shop.read_text()
    (tmp_path / "shop").mkdir()
    copy = tmp_path / "shop" / "order_list.html"
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine.get("DIRS", [])]}]
    settings.QUERYWATCH = {"ENABLED": True}
    settings.DEBUG = True
    culprit = next(line for line in text.splitlines() if "order.user" in line)
    copy.write_text(text)
    Client().get("/orders/")
    assert reports[0].findings[0].location.file == str(copy)
    copy.write_text(text.replace(culprit, culprit + "{# querywatch: ignore -- one user #}"))
    settings.TEMPLATES = [*settings.TEMPLATES]  # engines are made anew
    Client().get("/orders/")
    assert (reports[1].findings, reports[1].ignored) == ((), 1)
