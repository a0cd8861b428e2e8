"""Queries, threads and requests of the smallest kind."""

from __future__ import annotations

import threading
from contextvars import Context, copy_context
from typing import Any

from django.db import connection, connections
from django.http import HttpResponse
from django.test import RequestFactory

from django_querywatch.capture.recorder import watch_query
from django_querywatch.middleware import QueryWatchMiddleware
from example_project.shop.models import Order


def ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def end() -> None:
    """Close this thread's connection; `close()` spares databases in memory."""
    if connection.vendor != "sqlite":
        connection.close()
    elif connection.connection is not None:
        connection.connection.close()
        connection.connection = None


def in_new_thread(work: Any, *, is_copied: bool = True) -> None:
    context = copy_context() if is_copied else Context()
    thread = threading.Thread(target=context.run, args=(work,))
    thread.start()
    thread.join()


def answer(view: Any) -> HttpResponse:
    return QueryWatchMiddleware(view)(RequestFactory().get("/page/"))  # type: ignore[return-value]


def wrappers(alias: str = "default") -> int:
    return connections[alias].execute_wrappers.count(watch_query)


def read(alias: str = "default") -> None:
    list(Order.objects.using(alias).values_list("pk"))
