"""A project of one file, for the servers of `servers.py`: settings, routes, views, and its data when run."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

SECRET_KEY = "served on loopback only"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = __name__
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django_querywatch"]
MIDDLEWARE = ["django_querywatch.middleware.QueryWatchMiddleware"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SERVED_DATABASE", ":memory:"),
        "OPTIONS": {"timeout": 60, "transaction_mode": "IMMEDIATE"},
    }
}
QUERYWATCH = {"ENABLED": True, "REPORTERS": ["django_querywatch.reporters.json.report"]}
LOGGING_CONFIG = None
USE_TZ = True
ROWS = 30

if "SERVED_LISTENS" in os.environ:
    from tests.robustness.fault_switch import listen

    listen()


def queries_of(number: int) -> int:
    """One for the users, then one for each."""
    return 1 + 3 + number % 7


def users_of(number: int) -> Any:
    from django.contrib.auth.models import User

    return User.objects.order_by("pk")[: queries_of(number) - 1]


def sync(request: Any, number: int) -> Any:
    from django.http import HttpResponse

    return HttpResponse(sum(len(user.groups.all()) for user in users_of(number)))


async def later(request: Any, number: int) -> Any:
    from django.http import HttpResponse

    total = 0
    async for user in users_of(number):
        total += len([group async for group in user.groups.all()])
    return HttpResponse(total)


def stream(request: Any, number: int) -> Any:
    from django.http import StreamingHttpResponse

    return StreamingHttpResponse(parts(number))


def parts(number: int) -> Iterator[str]:
    for user in users_of(number):
        yield f"{len(user.groups.all())}\n" * 100


async def stream_later(request: Any, number: int) -> Any:
    from django.http import StreamingHttpResponse

    return StreamingHttpResponse(parts_later(number))


async def parts_later(number: int) -> AsyncIterator[str]:
    async for user in users_of(number):
        yield f"{len([group async for group in user.groups.all()])}\n" * 100


def fails(request: Any, number: int) -> Any:
    sync(request, number)
    raise ValueError(number)


def leave(request: Any, number: int) -> Any:
    from django.http import StreamingHttpResponse

    return StreamingHttpResponse(slow_parts(number))


def slow_parts(number: int) -> Iterator[str]:
    for user in users_of(number):
        yield f"{len(user.groups.all())}\n" * 2000
        time.sleep(0.01)


def rolls_back(request: Any, number: int) -> Any:
    from django.contrib.auth.models import Group
    from django.db import IntegrityError, transaction

    try:
        with transaction.atomic():
            answer = sync(request, number)
            Group.objects.create(name="all")  # taken
    except IntegrityError:
        return answer
    raise AssertionError("the group was stored twice")


def reopened(request: Any, number: int) -> Any:
    """The connection dies on the way, and Django opens another."""
    from django.db import connection
    from django.http import HttpResponse

    total = 0
    for user in list(users_of(number)):
        total += len(user.groups.all())
        connection.close()
    return HttpResponse(total)


async def outwaited(request: Any, number: int) -> Any:
    """The client gives up before the answer; where the server notices, it cancels."""
    answer = await later(request, number)
    await asyncio.sleep(0.5)
    return answer


def fault(request: Any, name: str) -> Any:
    """Let a function of the tool raise from now on; the answer is how often the last one was called."""
    from django.http import HttpResponse

    from tests.robustness.fault_switch import fault_switch

    return HttpResponse(fault_switch().turn(name))


def called(request: Any) -> Any:
    from django.http import JsonResponse

    from tests.robustness.fault_switch import fault_switch

    return JsonResponse(fault_switch().called(), safe=False)


def ready(request: Any) -> Any:
    from django.http import HttpResponse

    return HttpResponse("ready")


def __getattr__(name: str) -> Any:
    """Routes and applications, made when asked for: settings are read before Django is ready."""
    from django.urls import path

    if name == "urlpatterns":
        views = {
            "sync": sync,
            "async": later,
            "stream": stream,
            "astream": stream_later,
            "fails": fails,
            "leave": leave,
            "rolls_back": rolls_back,
            "reopened": reopened,
            "outwaited": outwaited,
        }
        routes = [path(f"{name}/<int:number>/", view) for name, view in views.items()]
        return [
            path("ready/", ready),
            path("fault/<str:name>/", fault),
            path("called/", called),
            *routes,
        ]
    if name == "asgi":
        from django.core.asgi import get_asgi_application

        return get_asgi_application()
    if name == "wsgi":
        from django.core.wsgi import get_wsgi_application

        return get_wsgi_application()
    raise AttributeError(name)


def fill() -> None:
    import django

    django.setup()
    from django.contrib.auth.models import Group, User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    group = Group.objects.create(name="all")
    for number in range(ROWS):
        User.objects.create(username=f"user-{number}").groups.add(group)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.robustness.served"
    fill()
