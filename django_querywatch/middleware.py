"""The one line in MIDDLEWARE: watches each request, sync and async, and reports what repeats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

from django_querywatch.capture import install
from django_querywatch.conf import get_config
from django_querywatch.requests import watch


class QueryWatchMiddleware:
    """Watch every request and deliver its report; place it first, or directly below the debug toolbar's.

    Raises `ImproperlyConfigured` at start-up for a wrong setting, and steps aside where `ENABLED` is off.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        if not get_config().enabled:
            raise MiddlewareNotUsed("QUERYWATCH['ENABLED'] is off")
        install()
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.__acall__(request)
        watching = watch(request, get_config())
        if watching is None:
            return self.get_response(request)  # type: ignore[no-any-return]
        try:
            with watching:
                response = self.get_response(request)
        except BaseException:
            watching.finish()
            raise
        watching.leave(response)
        return response  # type: ignore[no-any-return]

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        watching = watch(request, get_config())
        if watching is None:
            return await self.get_response(request)  # type: ignore[no-any-return]
        try:
            with watching:
                response = await self.get_response(request)
        except BaseException:
            watching.finish()
            raise
        watching.leave(response)
        return response  # type: ignore[no-any-return]
