"""Whatever function of the tool raises: page, exceptions and database are what they are without the tool."""

from __future__ import annotations

import logging
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextvars import copy_context
from types import FrameType
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore

from django_querywatch import record
from django_querywatch.capture import install
from example_project.shop.models import Order
from tests.robustness.asking import ask, end, in_new_thread
from tests.robustness.injection import DOORS, NOT_SERVED, failing, functions, modules
from tests.robustness.process_state import ProcessState
from tests.robustness.visiting import VISITS, Answer, Visit, fill, look, without_the_tool

pytestmark = [pytest.mark.django_db(databases=["default"]), pytest.mark.urls("tests.robustness.urls")]

MODULES = modules(*NOT_SERVED)
FUNCTIONS = functions(MODULES)


class Shop:
    """The filled shop, the answers without the tool, and which functions which page reaches."""

    def __init__(self) -> None:
        session = SessionStore()
        user = fill()
        session["_auth_user_id"] = str(user.pk)
        session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session.create()
        self.session: str = session.session_key
        with without_the_tool():
            self.plain = {visit: look(visit, self.session) for visit in VISITS}

    def differing(self, visits: list[Visit]) -> list[str]:
        answers = ((visit, look(visit, self.session)) for visit in visits)
        return [
            f"{visit.url}: {_difference(self.plain[visit], answer)}"
            for visit, answer in answers
            if answer != self.plain[visit]
        ]


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessState]:
    monkeypatch.setattr("django.middleware.csrf._get_new_csrf_string", lambda: "a" * 32)
    monkeypatch.setattr("django.utils.cache.http_date", lambda seconds: "today")
    install()
    noted = ProcessState(MODULES)
    yield noted
    noted.restore()


def test_that_the_tool_changes_no_page(state: ProcessState, reports: list[Any]) -> None:
    shop = Shop()
    assert shop.differing(list(VISITS)) == []
    assert len(reports) == len(VISITS)
    assert not any(report.failed for report in reports)
    assert sum(bool(report.findings) for report in reports) > len(VISITS) // 2


def test_that_a_fault_changes_no_page(state: ProcessState, caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop()
    reached = _reached(shop, state)
    assert len(reached) > 200
    wrong = _differing(shop, state, caplog, reached)
    assert not wrong, "\n".join([f"{len(wrong)} of {len(reached)} functions", *wrong])


def test_that_a_fault_of_what_is_opt_in_changes_no_page(
    state: ProcessState, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    shop = Shop()
    usual = _reached(shop, state)
    settings.QUERYWATCH = {**settings.QUERYWATCH, "UNUSED_EAGER": True, "UNREAD_COLUMNS": 1}
    reached = {name: visits for name, visits in _reached(shop, state).items() if name not in usual}
    assert {name.rpartition(".")[0] for name in reached} >= OPT_IN
    wrong = _differing(shop, state, caplog, reached)
    assert not wrong, "\n".join([f"{len(wrong)} of {len(reached)} functions", *wrong])


OPT_IN = {"capture.columns", "capture.eager_watch", "capture.eager_caches", "analysis.unused_eager"}


def _differing(
    shop: Shop, state: ProcessState, caplog: pytest.LogCaptureFixture, reached: dict[str, list[Visit]]
) -> list[str]:
    """What is not as it was without the tool, where one function after the other raises."""
    wrong: dict[str, list[str]] = {}
    for name, visits in reached.items():
        if name in DOORS:
            continue
        state.restore()
        caplog.clear()
        with failing(name, FUNCTIONS[name]) as calls:
            # Where leaving a recording fails, it stays active: in this context, and for no other test.
            problems = copy_context().run(shop.differing, _of_each_kind(visits))
            problems += _silence(caplog, len(calls))
        if problems:
            wrong[name] = problems
    return [f"{name}: {problems[0]}" for name, problems in sorted(wrong.items())]


TASK_DOORS = {
    *(f"recording.record.{name}" for name in ("__init__", "__enter__", "__exit__", "__call__", "_again")),
    "recording._Scope.__call__",
    *(f"recording.Recording.{name}" for name in ("__init__", "report", "_totals")),
    "recording._current_task",
    "recording._caller",
    "capture.recorder.Recorder.__init__",
    "capture.groups.Counts.__init__",
    "capture.sources.Sources.__init__",
    "records.findings.Report.__init__",
}
"""What makes the recording that `record()` hands to its block, and the report that says it failed."""

SETTINGS = ("conf.", "records.config.", "settings_rules.", "route_rules.", "ignore_rules.")
"""Wrong settings are to be told where a recording begins."""


def test_that_a_fault_changes_no_task(state: ProcessState, caplog: pytest.LogCaptureFixture) -> None:
    Shop()

    def task() -> list[str]:
        return [order.user.email for order in Order.objects.all()]

    def recorded() -> tuple[list[str], bool]:
        told = record("task")(task)()
        with record() as recording:
            seen = task()
        assert seen == told
        return told, recording.report().failed

    plain = task()
    reached = _called(recorded)
    assert recorded() == (plain, False)
    assert len(reached) > 150
    for name in sorted(reached - DOORS.keys() - TASK_DOORS):
        if name.startswith(SETTINGS):
            continue
        state.restore()
        caplog.clear()
        with failing(name, FUNCTIONS[name]) as calls:
            told, _has_failed = copy_context().run(recorded)
        assert told == plain, name
        assert not _silence(caplog, len(calls)), name


def test_that_a_fault_changes_nothing_on_a_new_thread(
    state: ProcessState, caplog: pytest.LogCaptureFixture
) -> None:
    """Its connection is a new one, too: what is laid on it, and what is kept for a thread, is made there."""
    answered: list[str] = []

    def work() -> None:
        ask()
        answered.append("asked")
        end()

    def recorded() -> int:
        with record() as recording:
            in_new_thread(work)
        return recording.report().query_count

    reached = _called(recorded)
    assert "capture._install_on_created" in reached
    assert recorded() == 1
    answered.clear()
    for name in sorted(reached - DOORS.keys() - TASK_DOORS):
        if name.startswith(SETTINGS):
            continue
        state.restore()
        caplog.clear()
        with failing(name, FUNCTIONS[name]) as calls:
            copy_context().run(recorded)
        assert answered.pop() == "asked", name
        assert not _silence(caplog, len(calls)), name


def _called(function: Callable[[], object]) -> set[str]:
    """The functions of the tool that a call reaches."""
    names = {function.__code__: name for name, function in FUNCTIONS.items()}
    seen: set[str] = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code in names:
            seen.add(names[frame.f_code])

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return seen


def test_that_the_doors_are_still_there() -> None:
    assert set(FUNCTIONS) >= set(DOORS) | TASK_DOORS


def _of_each_kind(visits: list[Visit]) -> list[Visit]:
    """The same fault need not be met twice in one way."""
    return list({visit.kind: visit for visit in reversed(visits)}.values())


def _reached(shop: Shop, state: ProcessState) -> dict[str, list[Visit]]:
    """The functions that run while pages are requested, each with its pages."""
    names = {function.__code__: name for name, function in FUNCTIONS.items()}
    reached: dict[str, list[Visit]] = defaultdict(list)
    for visit in VISITS:
        state.restore()
        seen: set[str] = set()

        def note(frame: FrameType, event: str, argument: object, seen: set[str] = seen) -> None:
            if event == "call" and frame.f_code in names:
                seen.add(names[frame.f_code])

        threading.setprofile(note)
        sys.setprofile(note)
        try:
            look(visit, shop.session)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
        for name in seen:
            reached[name].append(visit)
    return reached


def _silence(caplog: pytest.LogCaptureFixture, calls: int) -> list[str]:
    """A fault is logged, and not once per query."""
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    own = [record for record in errors if record.name == "django_querywatch"]
    if calls and not own:
        return [f"called {calls} times, and nothing was logged"]
    return [f"logged {len(own)} times for {calls} calls"] if len(own) > 2 else []


def _difference(plain: Answer, watched: Answer) -> str:
    for name in Answer.__slots__:
        before, after = getattr(plain, name), getattr(watched, name)
        if before != after:
            return f"{name} was {str(before)[:150]}, is {str(after)[:150]} {watched.error or ''}"
    return ""
