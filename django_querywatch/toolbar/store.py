"""The toolbar's memory of requests; the one place that knows how debug-toolbar 5.2 differs from 6 to 8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from debug_toolbar.toolbar import DebugToolbar
from django.urls import reverse

Stats = dict[str, Any]

HAS_STORE = hasattr(DebugToolbar, "init_store")
"""From 6 on, stats are stored as JSON; before, the toolbars themselves are kept."""


def request_id(toolbar: Any) -> str | None:
    identity: str | None = toolbar.request_id if HAS_STORE else toolbar.store_id
    return identity


def is_remembered(toolbar: Any) -> bool:
    """Whether stats may still be recorded: recording them for a request that was dropped brings it back."""
    return not HAS_STORE or bool(toolbar.store.exists(toolbar.request_id))


def remembered(toolbar: Any, panel_id: str) -> Iterator[tuple[str, Stats]]:
    """The panel's stats of all requests that are kept, in the store's order."""
    if not HAS_STORE:
        for identity, other in list(DebugToolbar._store.items()):  # type: ignore[attr-defined]
            yield identity, other.stats.get(panel_id, {})
        return
    for identity in list(toolbar.store.request_ids()):
        yield identity, toolbar.store.panel(identity, panel_id) or {}


def content_url(identity: str, panel_id: str) -> str:
    """Where the toolbar answers with the panel's content for a request."""
    parameter = "request_id" if HAS_STORE else "store_id"
    return f"{reverse('djdt:render_panel')}?{urlencode({parameter: identity, 'panel_id': panel_id})}"
