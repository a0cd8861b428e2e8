"""Secrets stand wherever a value can stand; no output has one, but where `SHOW_PARAMS` promises it."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory, override_settings

import django_querywatch
from django_querywatch.baseline import words_for
from django_querywatch.middleware import QueryWatchMiddleware
from django_querywatch.records import Config, Report
from django_querywatch.reporters import agent, github, sarif
from django_querywatch.reporters.cards import make_board
from django_querywatch.reporters.json import report_to_dict, report_to_json_line
from django_querywatch.reporters.text import render_report
from example_project.shop.models import Category, Order, Product
from tests.robustness.visiting import fill

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.robustness.urls")]

SECRET = "tr0ub4dor"


def secret(kind: str) -> str:
    return f"{SECRET}-{kind}"


def leaky(request: HttpRequest) -> HttpResponse:
    """One N+1 of each kind, duplicates and slow queries, all full of secrets."""
    password = secret("local")
    with connection.cursor() as cursor:
        for row in Order.objects.filter(reference__contains="S"):
            cursor.execute(f"SELECT '{secret('literal')}', {row.pk} /* {secret('comment')} */")
            cursor.execute("SELECT %s", [secret("parameter")])
            cursor.execute(f"SELECT 1 FROM shop_order -- {secret('trailing')}")
            if connection.vendor == "mysql":  # elsewhere double quotes hold names
                cursor.execute(f'SELECT "{secret("quoted")}"')
        cursor.executemany("UPDATE shop_category SET name = %s WHERE id = 0", [[secret("many")]] * 4)
    for order in Order.objects.all():
        User.objects.filter(username=secret("row")).first()
        list(Product.objects.filter(name__in=[secret("list"), str(order.pk)]))
        Category.objects.create(name=secret(f"written-{order.pk}"))
        Category.objects.filter(name=secret("written")).update(name=secret("written"))
        list(Order.objects.raw(f"SELECT * FROM shop_order WHERE reference = '{secret('raw')}'"))
        list(Order.objects.extra(where=[f"reference != '{secret('extra')}'"]))
    template = engines["django"].from_string(
        "{% for order in orders %}{{ order.user.email }}{{ secret }}{% endfor %}"
    )
    body = template.render({"orders": Order.objects.all(), "secret": secret("context")})
    return HttpResponse(body + password)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the logger is told, messages, `extra` and tracebacks, as a noisy handler writes it."""
    written = io.StringIO()

    class Handler(logging.StreamHandler[io.StringIO]):
        def format(self, record: logging.LogRecord) -> str:
            return f"{super().format(record)} {record.__dict__!r}"

    handler = Handler(written)
    logger = logging.getLogger("django_querywatch")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield written
    logger.removeHandler(handler)
    logger.setLevel(level)


def watched(reports: list[Report], **settings: Any) -> Report:
    user = fill()
    User.objects.filter(pk=user.pk).update(username=secret("user"), email=secret("mail"))
    request = RequestFactory().get(
        "/leaky/", {"token": secret("query")}, headers={"Authorization": secret("header")}
    )
    request.COOKIES["sessionid"] = secret("cookie")
    request.user = User.objects.get(pk=user.pk)
    with override_settings(QUERYWATCH={"ENABLED": True, "SLOW_MS": 0.000001, **settings}):
        QueryWatchMiddleware(leaky)(request)
    (report,) = reports
    assert {finding.kind for finding in report.findings} >= {"n_plus_one", "n_plus_one_write"}
    assert not report.failed
    return report


def outputs(report: Report, **config: Any) -> dict[str, str]:
    """Everything that this package makes of a report."""
    board = make_board(report, Config(**config))
    return {
        "text": render_report(report),
        "str": str(report) + "".join(map(str, report.findings)),
        "repr": repr(report),
        "json": report_to_json_line(report),
        "sarif": sarif.render_report(report),
        "github": github.render_report(report) + github.render_summary(report),
        "agent": agent.render_report(report),
        "panel": "".join(texts(board)),
        "dict": repr(report_to_dict(report)),
    }


def texts(value: Any) -> Iterator[str]:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, dict):
        yield from texts([*value, *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from texts(item)
    else:
        yield str(value)


def test_no_output_has_a_secret(reports: list[Report], log: io.StringIO) -> None:
    report = watched(reports)
    leaks = {name: around(text) for name, text in outputs(report).items() if SECRET in text}
    assert leaks == {}
    assert "shop.Order.user" in log.getvalue()
    assert SECRET not in log.getvalue(), around(log.getvalue())


def test_show_params_shows_parameters_where_it_promises(reports: list[Report]) -> None:
    report = watched(reports, SHOW_PARAMS=True)
    shown = [finding for finding in report.findings if finding.parameters]
    assert any(SECRET in "".join(finding.parameters) for finding in shown)
    hidden = replace(
        report,
        findings=tuple(replace(finding, parameters=(), sql="") for finding in report.findings),
    )
    leaks = {name: around(text) for name, text in outputs(hidden, show_params=True).items() if SECRET in text}
    assert leaks == {}, "only `sql` and `parameters` may hold values"
    assert not any(SECRET in finding.fingerprint + finding.id for finding in report.findings)


def test_a_recording_and_what_it_holds_tell_nothing_by_repr(reports: list[Report]) -> None:
    fill()
    with django_querywatch.record(secret("name").replace(SECRET, "job")) as recording:
        leaky(RequestFactory().get("/"))
    held = {**vars(recording), **vars(recording.recorder), "recording": recording}
    leaks = {name: around(repr(value)) for name, value in held.items() if SECRET in repr(value)}
    leaks.pop("sources", None)  # rows' values, by which a query is known to come from them
    assert leaks == {}
    assert SECRET not in repr(recording.recorder.counts)


def test_a_failure_of_the_tool_logs_no_value(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    from django_querywatch.capture import faults, recorder

    fill()
    monkeypatch.setattr(faults, "_seen", set())

    def breaks(*args: object, **kwargs: object) -> None:
        raise LookupError("something of the tool")

    monkeypatch.setattr(recorder, "see", breaks)
    with django_querywatch.record():
        leaky(RequestFactory().get("/"))
    assert "LookupError" in log.getvalue()
    assert SECRET not in log.getvalue(), around(log.getvalue())


def test_a_baseline_holds_no_secret(reports: list[Report], tmp_path: Path) -> None:
    report = watched(reports)
    words = {finding.id: words_for(finding, tmp_path) for finding in report.findings}
    assert words
    assert SECRET not in repr(words)


def test_wrong_settings_are_named_without_their_values() -> None:
    from django.core.exceptions import ImproperlyConfigured

    from django_querywatch.conf import get_config

    wrong = {"SAMPLE_RATE": secret("rate"), "IGNORE": [{"modell": secret("ignore")}]}
    with override_settings(QUERYWATCH=wrong), pytest.raises(ImproperlyConfigured) as raised:
        get_config()
    # Settings are the operator's own, but they stand in tickets: the message may quote only short values.
    assert len(str(raised.value)) < 2000


def test_the_urls_query_string_is_nowhere(reports: list[Report], log: io.StringIO) -> None:
    fill()
    Client().get("/orders/", {"password": secret("query")}, headers={"cookie": f"a={secret('cookie')}"})
    (report,) = reports
    assert report.findings
    assert SECRET not in "".join(outputs(report).values()) + log.getvalue()


def test_with_debug_off_nothing_is_installed() -> None:
    code = """
import django, sys
from django.conf import settings
settings.configure(
    DEBUG=False, SECRET_KEY="x", ALLOWED_HOSTS=["testserver"], ROOT_URLCONF="tests.robustness.empty_urls",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_querywatch"],
    MIDDLEWARE=["django_querywatch.middleware.QueryWatchMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()
from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.query import Query
from django.test import Client
with connection.cursor() as cursor:
    cursor.execute("SELECT 1")
assert Client().get("/").status_code == 404
assert connection.execute_wrappers == [], connection.execute_wrappers
assert Query.__init__.__module__ == "django.db.models.sql.query", Query.__init__
assert ModelIterable.__iter__.__module__ == "django.db.models.query"
assert not hasattr(ModelIterable.__iter__, "querywatch_original")
print("nothing")
"""
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.stdout == "nothing\n", ended.stderr


def around(text: str) -> str:
    position = text.find(SECRET)
    return text[max(position - 120, 0) : position + 60] if position >= 0 else ""
