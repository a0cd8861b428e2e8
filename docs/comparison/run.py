"""What one tool tells about each page of ``pages.py``: ``python docs/comparison/run.py TOOL``.

Install the tool beside Django first. Each runs with its own defaults, but those that raise are told to log.
"""

import asyncio
import logging
import sys
import warnings
from pathlib import Path

import django
from django.conf import settings

HERE = Path(__file__).resolve().parent
TEMPLATES = {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [HERE / "templates"]}
TOOLS = {
    "querywatch": ("django_querywatch", "django_querywatch.middleware.QueryWatchMiddleware", {}),
    "zeal": ("zeal", "zeal.middleware.zeal_middleware", {"ZEAL_RAISE": False}),
    "nplusone": (
        "nplusone.ext.django",
        "nplusone.ext.django.NPlusOneMiddleware",
        {"NPLUSONE_LOG_LEVEL": logging.WARNING},
    ),
    "nplus1": ("django_nplus1", "django_nplus1.NPlus1Middleware", {}),
    "query_doctor": (
        "query_doctor",
        "query_doctor.middleware.QueryDoctorMiddleware",
        {"QUERY_DOCTOR": {"REPORTERS": ["log"]}},
    ),
}


def main(tool: str) -> None:
    set_up(*TOOLS[tool])
    fill()
    from pages import PAGES

    for page in PAGES:
        print(f"--- {page.__name__}", flush=True)
        visit(f"/{page.__name__}")


def set_up(app: str, middleware: str, more: dict) -> None:
    sys.path.insert(0, str(HERE))
    warnings.simplefilter("always")
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(name)s %(levelname)s %(message)s")
    settings.configure(
        DEBUG=True,
        SECRET_KEY="comparison",
        ALLOWED_HOSTS=["testserver"],
        ROOT_URLCONF="pages",
        INSTALLED_APPS=["django.contrib.contenttypes", app, "library"],
        MIDDLEWARE=[middleware],
        DATABASES={alias: in_memory(alias) for alias in ("default", "other")},
        TEMPLATES=[TEMPLATES],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        **more,
    )
    django.setup()


def in_memory(alias: str) -> dict[str, str]:
    # Shared, because asynchronous views query in another thread.
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": f"file:{alias}?mode=memory&cache=shared"}


def fill() -> None:
    from django.db import connections
    from library.models import Author, Book

    for alias in connections:
        with connections[alias].schema_editor() as editor:
            editor.create_model(Author)
            editor.create_model(Book)
        for number in range(8):
            author = Author.objects.using(alias).create(name=f"Author {number}")
            Book.objects.using(alias).create(title=f"Book {number}", author=author)


def visit(path: str) -> None:
    from django.test import AsyncClient, Client

    if path.startswith("/async"):
        asyncio.run(AsyncClient().get(path))
    else:
        Client().get(path)


if __name__ == "__main__":
    main(sys.argv[1])
