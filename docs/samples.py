"""The code and the messages on the pages, as values: tests compare them, `paste_messages.py` writes them."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import models, transaction
from django.test import Client, override_settings
from django.urls import path

from django_querywatch import Config, record
from django_querywatch.conf import get_config
from example_project.shop import models as shop

_FENCE = re.compile(
    r"^```(?:\{code-block\} )?(\w+)\n((?::\w+: [^\n]*\n)*)(.*?)^```$", re.MULTILINE | re.DOTALL
)
_DEMO = re.compile(r"<!-- demo: (\S+) -->\n")
_CAPTION = re.compile(r":caption: (.*)")
EAGER = "Eager loading that is never used"
UNREAD = "Large columns that nobody reads"
_TIMES = 4
"""Calls until either is told."""
_SECTION = re.compile(r"^#{2,3} (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fence:
    """One block of code on a page."""

    language: str
    caption: str
    code: str
    span: tuple[int, int]
    """Where its code stands on the page."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Wrong code, its fix where there is one, and the message about it, under one heading."""

    heading: str
    wrong: Fence
    fixed: Fence | None
    message: Fence

    @property
    def config(self) -> Config:
        """The settings, in which any query is slow where the sample is about slow ones."""
        slow_ms = 1e-6 if self.heading == "Slow query" else None
        row_size = 10 if self.heading == UNREAD else None
        return replace(
            get_config(), slow_ms=slow_ms, unused_eager=self.heading == EAGER, unread_columns=row_size
        )


def fences(page: str) -> list[Fence]:
    return [_fence(found) for found in _FENCE.finditer(page)]


def samples(page: str) -> Iterator[Sample]:
    """The sections that hold wrong code, fixed code and a message."""
    headings = list(_SECTION.finditer(page))
    ends = [heading.start() for heading in headings[1:]] + [len(page)]
    for heading, end in zip(headings, ends, strict=False):  # a page may have no sections
        inside = [fence for fence in fences(page) if heading.end() < fence.span[0] < end]
        if inside and inside[0].caption in ("views.py", "services.py"):
            yield Sample(heading[1], inside[0], inside[1] if len(inside) == 3 else None, inside[-1])


def demo_fences(page: str) -> Iterator[tuple[str, Fence]]:
    """The messages that the demo prints, each with the path of its page."""
    for found in _DEMO.finditer(page):
        yield found[1], next(fence for fence in fences(page) if fence.span[0] > found.end())


def without_durations(text: str) -> str:
    return re.sub(r"[\d.]+ ms", "? ms", text.strip())


def run(fence: Fence, folder: Path, config: Config) -> tuple[Any, str]:
    """What the last function of the code returns, and what is reported of it; the database is as it was."""
    folder.mkdir(exist_ok=True)
    file = folder / fence.caption.removesuffix(", fixed")
    file.write_text(fence.code)
    # The source is asked about modules: it must be one, as it is where it comes from.
    module = sys.modules["views"] = ModuleType("views")
    names = _names() | {"__file__": str(file)}
    known = {*names, "__builtins__"}
    exec(compile(fence.code, str(file), "exec"), names)
    for name, value in names.items():
        setattr(module, name, value)
    function = [value for name, value in names.items() if name not in known and inspect.isfunction(value)][-1]
    with chdir(folder), transaction.atomic():
        call = _page(function) if _is_view(function) else _call(function)
        for _ in range(_TIMES if config.unused_eager or config.unread_columns else 1):
            with record(config=config) as recording:
                result = call()
        transaction.set_rollback(True)
        return result, "\n".join(map(str, recording.report().findings))


def demo_message(readme: str, path: str) -> str:
    """What the demo prints of a page."""
    told = readme.partition(f" {path}\n")[2].partition("\n\n")[0]
    return told[told.index("N+1: ") :]


def _fence(found: re.Match[str]) -> Fence:
    caption = _CAPTION.search(found[2])
    return Fence(found[1], caption[1] if caption else "", found[3], found.span(3))


def _names() -> dict[str, Any]:
    """What a module of the shop would import."""
    names: dict[str, Any] = {"__name__": "views"}
    for module in (models, shop):
        names |= {name: value for name, value in inspect.getmembers(module) if name[:1].isupper()}
    return names | {"User": User}


def _is_view(function: Any) -> bool:
    return [*inspect.signature(function).parameters] == ["request"]


def _page(view: Any) -> Callable[[], bytes]:
    """A request to the view, watched as one."""
    urls = type("Urls", (), {"urlpatterns": [path("page/", view)]})
    watched = override_settings(
        ROOT_URLCONF=urls,
        MIDDLEWARE=["django_querywatch.middleware.QueryWatchMiddleware"],
        QUERYWATCH={"ENABLED": True, "REPORTERS": []},
    )
    return watched(lambda: Client().get("/page/").content)


def _call(function: Any) -> Callable[[], Any]:
    arguments = _arguments(function.__code__)
    call = async_to_sync(function) if inspect.iscoroutinefunction(function) else function
    return partial(call, **arguments)


def _arguments(code: CodeType) -> dict[str, Any]:
    made = {
        "keys": lambda: list(shop.Product.objects.values_list("pk", flat=True)[:20]),
        "author": lambda: User.objects.all()[0],
    }
    return {name: made[name]() for name in code.co_varnames[: code.co_argcount] if name in made}
