"""Other people's instrumentation and this tool see the same queries, whichever came first.

Each pair runs in a process of its own: instrumentation that patches Django stays for a process's life.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = """
from contextlib import nullcontext
import django
from django.conf import settings
asked, around, clear = 1, nullcontext, list
settings.configure(
    DEBUG=True, SECRET_KEY="x", ALLOWED_HOSTS=["testserver"], ROOT_URLCONF="tests.robustness.instrumented",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions",
        "django.contrib.messages", "django.contrib.staticfiles", "django_querywatch"] + apps,
    MIDDLEWARE=middleware, STATIC_URL="static/", INTERNAL_IPS=["127.0.0.1"], USE_TZ=True,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    QUERYWATCH={"ENABLED": True, "REPORTERS": []}, LOGGING_CONFIG=None,
    DEBUG_TOOLBAR_PANELS=["debug_toolbar.panels.sql.SQLPanel", "django_querywatch.panels.QueryWatchPanel"],
    DEBUG_TOOLBAR_CONFIG={"SHOW_TOOLBAR_CALLBACK": lambda request: True, "IS_RUNNING_TESTS": False},
)
"""
WATCH = "django_querywatch.middleware.QueryWatchMiddleware"
ASK = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from django.test import Client
for number in range(4):
    User.objects.create(username=str(number))
from django_querywatch.signals import report_ready
told = []
report_ready.connect(lambda report, **kwargs: told.append(report), weak=False)
clear()
with around():
    response = Client().get("/")
assert response.status_code == 200 and response.content.startswith(b"<html><body>4"), response.content[:200]
"""
JUDGE = """
(report,) = told
assert not report.failed
(found,) = [found for found in report.findings if found.field == "groups"]
assert (found.kind, found.count) in (("n_plus_one", 4), ("n_plus_one", 4 * asked)), report
print("both saw", report.query_count, seen)
"""
OTEL = """
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
from opentelemetry.instrumentation.dbapi import wrap_connect
from opentelemetry.instrumentation.django import DjangoInstrumentor
from sqlite3 import dbapi2
wrap_connect("test", dbapi2, "connect", "sqlite", tracer_provider=provider)
DjangoInstrumentor().instrument(tracer_provider=provider)
"""
SENTRY = """
import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration
sent = []
def keep(event, hint):
    sent.append(event)
sentry_sdk.init(dsn="http://a@127.0.0.1:9/1", integrations=[DjangoIntegration()], default_integrations=False,
    auto_enabling_integrations=False, traces_sample_rate=1.0, before_send_transaction=keep)
"""


def run(*steps: str, middleware: list[str], apps: list[str] | None = None) -> tuple[int, int]:
    """The queries that this tool and the other one saw of the page's five."""
    code = "\n".join([f"apps, middleware = {apps or []!r}, {middleware!r}", PROJECT, *steps, JUDGE])
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ended.stdout.startswith("both saw"), ended.stderr[-3000:]
    own, others = map(int, ended.stdout.split()[2:])
    return own, others


def in_order(is_first: bool, instrument: str) -> str:
    """The other tool before this one is installed by `setup()`, or behind it."""
    setup = "django.setup()"
    return f"{instrument}\n{setup}" if is_first else f"{setup}\n{instrument}"


MODULES = {"opentelemetry": "opentelemetry.instrumentation.django"}
"""What to look for where the package's name says too little: the API alone instruments nothing."""


def is_installed(name: str) -> bool:
    try:
        return find_spec(MODULES.get(name, name)) is not None
    except ModuleNotFoundError:
        return False


needs = {
    name: pytest.mark.skipif(not is_installed(name), reason=f"{name} is not installed (.[robustness])")
    for name in ("opentelemetry", "sentry_sdk", "silk", "debug_toolbar", "cachalot")
}


@needs["opentelemetry"]
@pytest.mark.parametrize("is_first", [True, False])
def test_opentelemetry(is_first: bool) -> None:
    seen = """
told_of = [span.attributes.get("db.statement", "") for span in exporter.get_finished_spans()]
seen = sum("auth_" in statement for statement in told_of)  # with DEBUG, Django itself asks SQLite to quote
"""
    start = f"{OTEL}\nclear = exporter.clear"
    assert run(in_order(is_first, start), ASK, seen, middleware=[WATCH]) == (5, 5)


@needs["sentry_sdk"]
@pytest.mark.parametrize("is_first", [True, False])
def test_sentry(is_first: bool) -> None:
    seen = """
sentry_sdk.flush()
(event,) = [event for event in sent if event.get("type") == "transaction"]
seen = sum(span["op"] == "db" and "SELECT" in span["description"] for span in event["spans"])
"""
    start = f"{SENTRY}\nclear = sent.clear\naround = sentry_sdk.start_transaction"
    assert run(in_order(is_first, start), ASK, seen, middleware=[WATCH]) == (5, 5)


@needs["debug_toolbar"]
@pytest.mark.parametrize("is_first", [True, False])
def test_debug_toolbars_sql_panel(is_first: bool) -> None:
    toolbar = "debug_toolbar.middleware.DebugToolbarMiddleware"
    seen = """
import re
seen = int(re.search(rb"(\\d+) quer(?:y|ies) in", response.content)[1])
"""
    setup = "django.setup()"
    middleware = [toolbar, WATCH] if is_first else [WATCH, toolbar]
    assert run(setup, ASK, seen, middleware=middleware, apps=["debug_toolbar"]) == (5, 5)


@needs["silk"]
@pytest.mark.parametrize("is_first", [True, False])
def test_silk(is_first: bool) -> None:
    """Silk asks the database to explain each query; where it is inside, its own queries count, too."""
    silk = "silk.middleware.SilkyMiddleware"
    seen = """
from silk.models import SQLQuery
seen = SQLQuery.objects.filter(request__path="/", query__contains="auth_").count()
"""
    middleware = [silk, WATCH] if is_first else [WATCH, silk]
    own, others = run("django.setup()\nasked = 2", ASK, seen, middleware=middleware, apps=["silk"])
    assert others == 5
    assert own == 10 if is_first else own > 10


@needs["opentelemetry"]
def test_findings_are_events_of_the_span_that_opentelemetry_keeps_for_the_request() -> None:
    tell = "settings.QUERYWATCH['REPORTERS'] = ['django_querywatch.reporters.otel.report']"
    seen = """
(events,) = [span.events for span in exporter.get_finished_spans() if span.events]
(event,) = [event for event in events if event.attributes["querywatch.relation"] == "auth.User.groups"]
assert event.attributes["code.file.path"].endswith("instrumented.py"), event.attributes
seen = event.attributes["querywatch.count"]
"""
    start = f"{tell}\n{OTEL}\nclear = exporter.clear"
    assert run(in_order(True, start), ASK, seen, middleware=[WATCH]) == (5, 4)


@needs["cachalot"]
@pytest.mark.parametrize("is_first", [True, False])
def test_cachalot(is_first: bool) -> None:
    """What comes from the cache is no query: the second page has none, and nothing to say about it."""
    place = 0 if is_first else 99
    setup = f'settings.INSTALLED_APPS.insert({place}, "cachalot")\ndjango.setup()'
    seen = """
assert Client().get("/").content == response.content
cached = told.pop()
assert not cached.findings and not cached.failed
seen = 5 - cached.query_count
"""
    assert run(setup, ASK, seen, middleware=[WATCH]) == (5, 5)


def test_a_database_backend_of_ones_own() -> None:
    setup = """
settings.DATABASES["default"]["ENGINE"] = "tests.robustness.counting_backend"
django.setup()
from tests.robustness.counting_backend.base import asked as statements
clear = statements.clear
"""
    seen = 'seen = sum("auth_" in statement for statement in statements)'
    assert run(setup, ASK, seen, middleware=[WATCH]) == (5, 5)
