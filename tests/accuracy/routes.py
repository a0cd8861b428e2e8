"""The URLs of views that are no plain views, and the clients that ask for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import include, path

OFFICE = "/office/"


def admin_of(model: Any, *others: tuple[Any, Any]) -> Callable[[Any], list[Any]]:
    """Put the scenario's ModelAdmin on a site of its own, beside any others that it needs."""

    def routes(model_admin: Any) -> list[Any]:
        site = admin.AdminSite(name="office")
        for registered, options in ((model, model_admin), *others):
            site.register(registered, options)
        return [path(OFFICE.lstrip("/"), site.urls)]

    return routes


def router_of(prefix: str) -> Callable[[Any], list[Any]]:
    """Register the scenario's view set under a router, as an API does."""

    def routes(view_set: Any) -> list[Any]:
        from rest_framework.routers import DefaultRouter

        router = DefaultRouter()
        router.register(prefix, view_set, basename=prefix)
        return [path("api/", include(router.urls))]

    return routes


def as_superuser(address: str, *, method: str = "get", **data: Any) -> Callable[[Any, str], Any]:
    """Ask for a page of the office, signed in; ``{pk}`` in the address is filled from ``pk_of``."""
    find = data.pop("pk_of", None)

    def ask(client: Any, url: str) -> Any:
        client.force_login(User.objects.create(username="boss", is_staff=True, is_superuser=True))
        target = OFFICE + address.format(pk=find()) if find else OFFICE + address
        return getattr(client, method)(target, data)

    return ask


def first_of(model: Any) -> Callable[[], Any]:
    return lambda: model.objects.order_by("pk").values_list("pk", flat=True)[0]
