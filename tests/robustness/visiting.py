"""Requests to the pages, with all that shows outside: answer, exception, and the database after."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import AsyncClient, Client, override_settings

from example_project.shop.factories import (
    CategoryFactory,
    CustomerFactory,
    OrderFactory,
    OrderItemFactory,
    ProductFactory,
    ReviewFactory,
    start_again,
)

_STATEMENTS = (
    "SELECT SUM(stock) FROM shop_product",
    "SELECT COUNT(*) FROM shop_order",
    "SELECT COUNT(*) FROM shop_orderitem",
    "SELECT name FROM shop_category ORDER BY name",
)
WATCH = "django_querywatch.middleware.QueryWatchMiddleware"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    url: str
    method: str = "GET"
    is_async: bool = False

    @property
    def kind(self) -> tuple[object, ...]:
        """A plain page, a write, a stream, an exception, each sync or async."""
        stream = "rows" in self.url or "export" in self.url or "stream" in self.url
        return self.method, self.is_async, stream, "raises" in self.url or "wrong" in self.url


_VISITS = (
    Visit(url="/orders/"),
    Visit(url="/orders/picking/"),
    Visit(url="/orders/mailing/"),
    Visit(url="/orders/export/"),
    Visit(url="/orders/parcels/", is_async=True),
    Visit(url="/catalogue/"),
    Visit(url="/categories/"),
    Visit(url="/reviews/"),
    Visit(url="/api/orders/"),
    Visit(url="/admin/shop/customer/"),
    Visit(url="/products/restock/", method="POST"),
    Visit(url="/order/S-1/again/", method="POST"),
    Visit(url="/robust/raises/"),
    Visit(url="/robust/raises_later/", is_async=True),
    Visit(url="/robust/refuses/"),
    Visit(url="/robust/wrong/"),
    Visit(url="/robust/rows/"),
    Visit(url="/robust/rows_later/", is_async=True),
    Visit(url="/robust/raises_in_stream/"),
    Visit(url="/robust/grouped/"),
)
_SHOWS_NEW_KEY = "/order/S-1/again/"
VISITS = tuple(visit for visit in _VISITS if connection.vendor == "sqlite" or visit.url != _SHOWS_NEW_KEY)
"""Elsewhere a key that was given is not given again, though what took it was undone: no two answers are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    error: str | None = None
    database: tuple[Any, ...] = field(default=())


def fill() -> User:
    """A shop just large enough for every finding; its administrator."""
    start_again(7)
    users = [customer.user for customer in CustomerFactory.create_batch(3)]
    categories = CategoryFactory.create_batch(3)
    products = [ProductFactory(categories=categories[:2]) for _ in range(4)]
    for number in range(4):
        order = OrderFactory(user=users[number % 3])
        for product in products[:3]:
            OrderItemFactory(order=order, product=product)
        ReviewFactory(product=products[number], author=users[number % 3])
    return User.objects.create_superuser("admin", "admin@example.org", "admin")


def look(visit: Visit, session: str) -> Answer:
    """Request the page, read the database, and undo what was written."""
    with transaction.atomic():
        try:
            if visit.is_async:
                status, headers, body = _ask_async(visit, session)
            else:
                status, headers, body = _ask(visit, session)
            answer = Answer(status=status, headers=headers, body=body, database=_database())
        except Exception as error:
            # After an error of its own, PostgreSQL answers nothing else in this transaction.
            database = () if isinstance(error, DatabaseError) else _database()
            answer = Answer(error=_told(error), database=database)
        transaction.set_rollback(True)
    return answer


@contextmanager
def without_the_tool() -> Iterator[None]:
    from django.conf import settings

    rest = [name for name in settings.MIDDLEWARE if name != WATCH]
    with override_settings(MIDDLEWARE=rest, QUERYWATCH={"ENABLED": False}):
        yield


def _ask(visit: Visit, session: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    client = Client()
    client.cookies["sessionid"] = session
    response = client.generic(visit.method, visit.url)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, tuple(sorted(response.headers.items())), body


@async_to_sync
async def _ask_async(visit: Visit, session: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    client = AsyncClient()
    client.cookies["sessionid"] = session
    response = await client.generic(visit.method, visit.url)
    body = response.content if not response.streaming else b"".join([part async for part in response])
    return response.status_code, tuple(sorted(response.headers.items())), body


def _told(error: BaseException) -> str:
    """The exception with everything that hangs on it, but for lines, which differ with the middleware."""
    chain = []
    found: BaseException | None = error
    while found is not None:
        last = traceback.extract_tb(found.__traceback__)[-1]
        chain.append(f"{type(found).__name__}({found}) in {last.name} {getattr(found, '__notes__', '')}")
        found = found.__cause__ or found.__context__
    return " < ".join(chain)


def _database() -> tuple[Any, ...]:
    """Without the ORM: it may be faulty at this moment."""
    with connection.cursor() as cursor:
        return tuple(_all(cursor, statement) for statement in _STATEMENTS)


def _all(cursor: Any, statement: str) -> list[Any]:
    cursor.execute(statement)
    return list(cursor.fetchall())
