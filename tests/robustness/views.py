"""Pages that fail, wait, stream and roll back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from example_project.shop.models import Category, Order


class ShopError(Exception):
    """A view's own."""


def emails(orders: list[Order]) -> list[str]:
    return [order.user.email for order in orders]


def raises(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        Category.objects.create(name="never stored")
        raise ShopError(",".join(emails(list(Order.objects.all()))))


async def raises_later(request: HttpRequest) -> HttpResponse:
    found = [order async for order in Order.objects.all()]
    raise ShopError(await sync_to_async(lambda: ",".join(emails(found)))())


def refuses(request: HttpRequest) -> HttpResponse:
    """The database refuses one write of a transaction, which the view notices."""
    name = Category.objects.values_list("name", flat=True)[0]
    try:
        with transaction.atomic():
            Category.objects.create(name="rolled back")
            Category.objects.create(name=name)
    except IntegrityError as error:
        return HttpResponse(f"{type(error).__name__} {Category.objects.filter(name='rolled back').exists()}")
    return HttpResponse("stored")


def wrong(request: HttpRequest) -> HttpResponse:
    """The database's error reaches Django."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere WHERE id = %s", [1])
    return HttpResponse("found")


def rows(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_rows(), content_type="text/plain")


def _rows() -> Iterator[str]:
    for order in Order.objects.all():
        yield f"{order.user.email}\n"


async def rows_later(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_rows_later(), content_type="text/plain")


async def _rows_later() -> AsyncIterator[str]:
    async for order in Order.objects.all():
        await asyncio.sleep(0)
        yield f"{await order.items.acount()}\n"


def raises_in_stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_broken_rows())


def _broken_rows() -> Iterator[str]:
    for order in Order.objects.all():
        yield order.user.email
    raise ShopError("the stream broke")


def grouped(request: HttpRequest) -> HttpResponse:
    """`executemany`, text that no parser takes, and a savepoint inside of a savepoint."""
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE shop_category SET name = name WHERE id = %s", [[1], [2], [3]])
        cursor.execute("SELECT 1 /* never (( closed ' */")
    with transaction.atomic(), transaction.atomic():
        return HttpResponse(str(Category.objects.count()))
