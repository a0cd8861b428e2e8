"""The one line in MIDDLEWARE: watches each request, sync and async, and reports what repeats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

from django_querywatch.capture import fault_boundary, install
from django_querywatch.capture.faults import guarded, report_fault
from django_querywatch.conf import get_config
from django_querywatch.requests import RequestWatch, watch
from django_querywatch.server_timing import add_server_timing


class QueryWatchMiddleware:
    """Watch every request and deliver its report; place it first, or directly below the debug toolbar's.

    Raises `ImproperlyConfigured` at start-up for a wrong setting, and steps aside where `ENABLED` is off.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        if not _is_enabled():
            raise MiddlewareNotUsed("QUERYWATCH['ENABLED'] is off")
        with fault_boundary:
            install()
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.__acall__(request)
        watching = watch(request)
        if watching is None:
            return self.get_response(request)  # type: ignore[no-any-return]
        response = watching.respond(self.get_response)
        _add_timing(watching, response)
        return response  # type: ignore[no-any-return]

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        watching = watch(request)
        if watching is None:
            return await self.get_response(request)  # type: ignore[no-any-return]
        response = await watching.respond(self.get_response)
        _add_timing(watching, response)
        return response  # type: ignore[no-any-return]


@guarded
def _add_timing(watching: RequestWatch, response: HttpResponseBase) -> None:
    if settings.DEBUG and watching.report is not None:
        add_server_timing(response, watching.report)


def _is_enabled() -> bool:
    try:
        return get_config().enabled
    except ImproperlyConfigured:
        raise
    except Exception as error:
        report_fault(error)
        return False
