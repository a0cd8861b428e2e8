"""Requests through the debug toolbar, in process, sync and async."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from debug_toolbar.toolbar import DebugToolbar
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient, Client
from django.urls import include, path

from django_querywatch.toolbar.store import remembered
from example_project.shop.models import Order

PANEL = "QueryWatchPanel"
TOOLBAR = "debug_toolbar.middleware.DebugToolbarMiddleware"
OURS = "django_querywatch.middleware.QueryWatchMiddleware"
PLACES = {"alone": [TOOLBAR], "below": [TOOLBAR, OURS], "above": [OURS, TOOLBAR]}


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<body>{[order.user.email for order in Order.objects.all()]}</body>")


async def async_page(request: HttpRequest) -> HttpResponse:
    users = [order.user async for order in Order.objects.select_related("user")]
    items = [item.pk async for order in Order.objects.all() async for item in order.items.all()]
    return HttpResponse(f"<body>{len(users)} {len(items)}</body>")


def quiet(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<body>{Order.objects.count()}</body>")


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(f"{order.user.email}\n" for order in Order.objects.all())


def failing(request: HttpRequest) -> HttpResponse:
    assert [order.user.email for order in Order.objects.all()]
    raise RuntimeError("the view's own")


PAGES = {"page": page, "async": async_page, "quiet": quiet, "streamed": streamed, "failing": failing}


class Urls:
    """A URLconf that is made again with the panels of the test."""

    def __init__(self) -> None:
        toolbar = include((DebugToolbar.get_urls(), "djdt"), namespace="djdt")
        views = [path(f"{name}/", view) for name, view in PAGES.items()]
        self.urlpatterns = [path("tools/toolbar/", toolbar), *views]


@contextmanager
def toolbar_urls() -> Iterator[Urls]:
    DebugToolbar._panel_classes = DebugToolbar._urlpatterns = None
    yield Urls()
    DebugToolbar._panel_classes = DebugToolbar._urlpatterns = None


class Visit:
    """A response, and the panel that the toolbar keeps for it."""

    def __init__(self, response: Any, toolbar: DebugToolbar) -> None:
        self.response = response
        self.toolbar = toolbar

    @property
    def panel(self) -> Any:
        """The panel as the toolbar makes it again on a click."""
        if not hasattr(DebugToolbar, "init_store"):
            return self.toolbar.get_panel_by_id(PANEL)
        return DebugToolbar.fetch(self.toolbar.request_id).get_panel_by_id(PANEL)

    @property
    def stats(self) -> dict[str, Any]:
        return dict(self.panel.get_stats())


def visit(address: str, *, is_async: bool = False, consume: bool = True, **headers: str) -> Visit:
    toolbars: list[DebugToolbar] = []
    keep: Callable[..., None] = lambda sender, toolbar, **kwargs: toolbars.append(toolbar)  # noqa: E731
    DebugToolbar._created.connect(keep)
    try:
        response = (
            async_to_sync(AsyncClient().get)(address) if is_async else Client().get(address, headers=headers)
        )
    finally:
        DebugToolbar._created.disconnect(keep)
    if consume and response.streaming:
        read(response)
    return Visit(response, toolbars[0] if toolbars else None)


@async_to_sync
async def read_async(response: Any) -> None:
    async for _ in response.streaming_content:
        pass


def read(response: Any) -> None:
    """Read the stream to its end, where the client closes the response, and spares the test's connection."""
    if response.is_async:
        read_async(response)
    else:
        list(response.streaming_content)


def kept(visited: Visit) -> dict[str, dict[str, Any]]:
    return dict(remembered(visited.toolbar, PANEL))


needs_store = pytest.mark.skipif(
    not hasattr(DebugToolbar, "init_store"), reason="debug-toolbar 5.2 keeps toolbars, not stats"
)


def always(request):
    return True
