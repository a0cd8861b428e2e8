"""The Server-Timing header without the toolbar: counts, in DEBUG only."""

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from django_querywatch.middleware import QueryWatchMiddleware
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def orders():
    OrderFactory.create_batch(4)


def emails():
    return [order.user.email for order in Order.objects.all()]


def response_of(view):
    return QueryWatchMiddleware(view)(RequestFactory().get("/"))


def test_counts_in_debug(settings):
    settings.DEBUG = True
    header = Client().get("/orders/")["Server-Timing"]
    assert header.startswith("querywatch;dur=")
    assert header.endswith(';desc="1 N+1, 4 avoidable queries of 5"')


def test_nothing_is_told_without_debug():
    assert "Server-Timing" not in Client().get("/orders/")


def test_an_entry_that_is_there_stays(settings):
    settings.DEBUG = True
    response = response_of(lambda request: HttpResponse(emails(), headers={"Server-Timing": "app;dur=3"}))
    assert response["Server-Timing"].startswith("app;dur=3, querywatch;dur=")


def test_no_counts_before_a_stream_has_ended(settings):
    settings.DEBUG = True
    response = response_of(lambda request: StreamingHttpResponse(emails()))
    assert "Server-Timing" not in response
    response.close()
