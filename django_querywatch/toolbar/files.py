"""The panel's templates and assets, from the package: there without `INSTALLED_APPS` and collectstatic."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template import Context, Engine
from django.utils.safestring import SafeString

ASSETS_NAME = "querywatch_asset"
_HERE = Path(__file__).parent.parent
_TYPES = {"panel.css": "text/css; charset=utf-8", "panel.js": "text/javascript; charset=utf-8"}


def render(template: str, context: Mapping[str, Any]) -> SafeString:
    return _engine().get_template(template).render(Context(dict(context)))


def serve_asset(request: HttpRequest, name: str) -> HttpResponse:
    if name not in _TYPES:
        raise Http404
    content = (_HERE / "static/django_querywatch" / name).read_bytes()
    return HttpResponse(content, content_type=_TYPES[name], headers={"Cache-Control": "max-age=60"})


# What Django's login_not_required sets; the decorator's module wants django.contrib.auth.
serve_asset.login_required = False  # type: ignore[attr-defined]


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(_HERE / "templates/django_querywatch")])
