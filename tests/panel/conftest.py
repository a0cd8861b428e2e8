"""The toolbar around every test of this folder: shown to all, with the panel, without the middleware."""

import pytest
from debug_toolbar.middleware import show_toolbar_func_or_path

from example_project.shop.factories import OrderFactory, OrderItemFactory
from tests.panel.visits import PLACES, toolbar_urls


@pytest.fixture(autouse=True)
def toolbar(settings):
    settings.DEBUG = True
    settings.DEBUG_TOOLBAR_PANELS = [
        "debug_toolbar.panels.history.HistoryPanel",
        "django_querywatch.panels.QueryWatchPanel",
    ]
    settings.DEBUG_TOOLBAR_CONFIG = {
        "SHOW_TOOLBAR_CALLBACK": "tests.panel.visits.always",
        "RENDER_PANELS": False,
    }
    settings.MIDDLEWARE = PLACES["alone"]
    show_toolbar_func_or_path.cache_clear()
    with toolbar_urls() as urls:
        settings.ROOT_URLCONF = urls
        yield
    show_toolbar_func_or_path.cache_clear()


@pytest.fixture
def orders():
    created = OrderFactory.create_batch(6)
    for order in created:
        OrderItemFactory(order=order)
