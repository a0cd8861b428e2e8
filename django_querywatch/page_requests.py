"""Requests to the project's own pages, in process, in a transaction that is rolled back, each watched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TextIO
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections, transaction
from django.test import Client, override_settings
from django.urls import NoReverseMatch, Resolver404, resolve

from django_querywatch.conf import get_config
from django_querywatch.naming import named
from django_querywatch.progress import Progress
from django_querywatch.recording import record
from django_querywatch.records import Report

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class PageError(Exception):
    """What keeps the pages from being requested: says what is wrong, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One request to make."""

    url: str
    """Path and query."""
    method: str = "GET"
    data: str | None = None
    host: str | None = None
    is_secure: bool = False

    @classmethod
    def of(cls, url: str, method: str, data: str | None) -> PageRequest:
        """The request to a path, or to a whole URL of this project; PageError where no view answers it."""
        parts = urlsplit(url)
        if not parts.path.startswith("/"):
            raise PageError(f"{url!r} is no path of this project: begin it with /, as in /orders/.")
        _check_resolves(parts.path)
        query = f"?{parts.query}" if parts.query else ""
        return cls(
            url=parts.path + query,
            method=method,
            data=data,
            host=parts.hostname,
            is_secure=parts.scheme == "https" or bool(settings.SECURE_SSL_REDIRECT),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


@dataclass(slots=True)
class WatchedPages:
    """What came of the requests."""

    reports: list[Report]
    problems: list[str]
    """Pages that raised or answered with an error: their reports would prove nothing."""
    notices: list[str]


def watch_pages(pages: Sequence[PageRequest], username: str | None, terminal: TextIO) -> WatchedPages:
    """Make the requests, one after the other; the database is afterwards as it was."""
    watched = WatchedPages([], [], [])
    # The reports are this command's to deliver: those of the middleware would be told twice.
    quiet = {**getattr(settings, "QUERYWATCH", {}), "REPORTERS": []}
    get_config()  # ImproperlyConfigured here names the project's own mistake
    with override_settings(QUERYWATCH=quiet), Progress(terminal, len(pages)) as progress:
        for page in pages:
            progress.step(str(page))
            # Each page finds the database as it was before the command.
            with _rolled_back():
                _watch_page(_client(username), page, watched)
    return watched


def _watch_page(client: Client, page: PageRequest, watched: WatchedPages) -> None:
    response: Any = None
    try:
        with record(str(page)) as recording:
            response = _request(client, page)
            for _chunk in response.streaming_content if response.streaming else ():
                pass
    except Exception as error:
        watched.problems.append(f"{page} raised {type(error).__name__}: {error}")
        return
    if response.status_code >= 400:
        watched.problems.append(f"{page} answered {response.status_code}: such a page proves nothing.")
    elif 300 <= response.status_code < 400 and page.method == "GET":
        target = response.headers.get("Location", "")
        watched.notices.append(f"{page} redirects to {target}, which was not requested. Is --as missing?")
    match = resolve(urlsplit(page.url).path)
    watched.reports.append(named(recording, match, page.method, get_config()))


def _request(client: Client, page: PageRequest) -> Any:
    extra: dict[str, Any] = {"secure": page.is_secure, "SERVER_NAME": page.host or _own_host()}
    if page.data is None:
        return client.generic(page.method, page.url, **extra)
    if page.method in ("GET", "HEAD"):
        joined = f"{page.url}{'&' if '?' in page.url else '?'}{page.data}"
        return client.generic(page.method, joined, **extra)
    is_json = page.data.lstrip().startswith(("{", "["))
    content_type = "application/json" if is_json else "application/x-www-form-urlencoded"
    return client.generic(page.method, page.url, page.data, content_type, **extra)


def _own_host() -> str:
    """A host that the project answers to."""
    allowed = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    return allowed[0].lstrip(".") if allowed else "localhost"


def _check_resolves(path: str) -> None:
    try:
        resolve(path)
    except Resolver404:
        hint = (
            "Is its last slash missing?" if _resolves(f"{path}/") else "Look at the URLconf of the project."
        )
        raise PageError(f"{path} does not resolve to a view. {hint}") from None
    except (ImproperlyConfigured, ImportError, NoReverseMatch) as error:
        raise PageError(f"The URLconf {settings.ROOT_URLCONF!r} cannot be read: {error}") from error


def _resolves(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def _client(username: str | None) -> Client:
    client = Client()
    if username is None:
        return client
    model = get_user_model()
    try:
        client.force_login(model._default_manager.get_by_natural_key(username))
    except model.DoesNotExist:
        raise PageError(f"--as {username}: there is no such user in this database.") from None
    except DatabaseError as error:
        raise PageError(
            f"--as {username}: the user cannot be logged in: {error}. Is the database migrated?"
        ) from error
    return client


@contextmanager
def _rolled_back() -> Iterator[None]:
    """A transaction on every database, undone at the end whatever happens in it."""
    with ExitStack() as stack:
        for alias in connections:
            try:
                stack.enter_context(_undone(alias))
            except (DatabaseError, ImproperlyConfigured) as error:
                raise PageError(f"The database {alias!r} cannot be used: {error}") from error
        yield


@contextmanager
def _undone(alias: str) -> Iterator[None]:
    atomic = transaction.atomic(using=alias)
    # As Django's TestCase does, so that the durable blocks of views may begin inside of it.
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        if not connections[alias].features.supports_transactions:
            raise PageError(f"The database {alias!r} knows no transactions: nothing could be undone.")
        try:
            yield
        finally:
            transaction.set_rollback(True, using=alias)
