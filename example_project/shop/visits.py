"""Real requests to the pages, in process and through the whole middleware stack."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import AsyncClient, Client, override_settings

from django_querywatch.records import Report
from django_querywatch.signals import report_ready
from example_project.shop.pages import Page


class PageError(Exception):
    """A page answered with an error instead of its content."""


@override_settings(ALLOWED_HOSTS=["testserver"])  # the name by which Django's test client calls
def visit(page: Page, url: str, user: User) -> Report:
    """Open the page as this user and return the report on it."""
    with reports() as received:
        status = visit_async(page, url, user) if page.is_async else visit_sync(page, url, user)
    if status >= 400:
        raise PageError(f"{page.method} {url} answered {status}.")
    if len(received) != 1:
        raise PageError(f"{page.method} {url} sent {len(received)} reports. Is QUERYWATCH's ENABLED on?")
    return received[0]


def visit_sync(page: Page, url: str, user: User) -> int:
    client = Client()
    client.force_login(user)
    response = client.generic(page.method, url)
    if response.streaming:
        list(response.streaming_content)  # the test client closes it behind its last part
    return response.status_code


@async_to_sync
async def visit_async(page: Page, url: str, user: User) -> int:
    client = AsyncClient()
    await client.aforce_login(user)
    response = await client.generic(page.method, url)
    return response.status_code


@contextmanager
def reports() -> Iterator[list[Report]]:
    received: list[Report] = []

    def keep(report: Report, **kwargs: Any) -> None:
        received.append(report)

    report_ready.connect(keep)
    try:
        yield received
    finally:
        report_ready.disconnect(keep)
