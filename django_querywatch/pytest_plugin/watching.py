"""In each process that runs tests: watches a test's call phase, and attaches what it saw to its report."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.unittest import TestCaseFunction

from django_querywatch.analysis.ignores import matched
from django_querywatch.records import Report
from django_querywatch.reporters.agent import render_finding
from django_querywatch.reporters.json import report_to_json_line
from django_querywatch.suite.arranging import without_arranging
from django_querywatch.suite.eager import seen_loadings
from django_querywatch.suite.judging import without_tolerated
from django_querywatch.suite.options import Options
from django_querywatch.suite.run import FAILED_LINE

if TYPE_CHECKING:
    from django_querywatch.recording import Recording
    from django_querywatch.testing.rules import Rules

SEEN = pytest.StashKey[dict[str, Any]]()
"""What becomes ``report.querywatch``: plain values, which pytest-xdist carries to the collecting process."""


class Watcher:
    """Fixtures and factories run in other phases than the test's call, and are not counted."""

    def __init__(self, config: pytest.Config, options: Options, tolerated: Collection[str]) -> None:
        self._config = config
        self._options = options
        self._tolerated = tolerated
        self._collected = 0
        self._left_out = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        if item.get_closest_marker("querywatch_ignore"):
            _check_reason(item)
            item.stash[SEEN] = {"is_ignored": True}
            return (yield)
        mark = item.get_closest_marker("querywatch")
        if mark is None and self._options.mode is None:
            return (yield)
        if not is_django_ready():
            item.stash[SEEN] = {"is_unobserved": True}
            if mark is not None:
                pytest.fail(
                    "Nothing can be observed: Django is not set up. Install pytest-django.", pytrace=False
                )
            return (yield)
        return (yield from self._watch(item, mark))

    def _watch(self, item: pytest.Item, mark: pytest.Mark | None) -> Generator[None, object, object]:
        rules = _rules(mark)
        recordings: list[tuple[Recording, str | None]] = []
        try:
            with _watched(item, rules, recordings):
                result = yield
        finally:
            problem = self._note(item, rules, recordings)
        if problem and self._is_failing(mark):
            item.stash[SEEN]["is_failure"] = True
            pytest.fail(problem, pytrace=False)
        return result

    def _is_failing(self, mark: pytest.Mark | None) -> bool:
        if self._options.adds_to_baseline:
            return False
        return mark is not None or self._options.mode == "fail"

    def _note(
        self, item: pytest.Item, rules: Rules, recordings: list[tuple[Recording, str | None]]
    ) -> str | None:
        from django_querywatch.capture import fault_boundary
        from django_querywatch.testing.failing import problem_text
        from django_querywatch.testing.watching import OWN_FAILURE, own_failure

        if not recordings:
            return None  # skipped before the first line
        recording, blind = recordings[-1]
        item.stash[SEEN] = {"line": FAILED_LINE}
        with fault_boundary:
            report = recording.report(rules.config().of_one_test())
            report = without_arranging(report, self._config.rootpath, self._config.getini("python_files"))
            shown = without_tolerated(report, self._tolerated)
            properties = list(_junit_properties(shown))
            problem = problem_text(recording, rules, shown)
            item.stash[SEEN] = {"line": report_to_json_line(report)}
            item.user_properties.extend(properties)
            return problem or blind or own_failure(recording)
        return OWN_FAILURE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "call" and (seen := item.stash.get(SEEN, None)):
            report.querywatch = seen  # type: ignore[attr-defined]
            del item.stash[SEEN]
        return report

    def pytest_itemcollected(self) -> None:
        self._collected += 1

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._left_out = self._collected - len(session.items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["querywatch_left_out"] = self._left_out
            self._config.workeroutput["querywatch_eager"] = seen_loadings() if is_django_ready() else []
            self._config.workeroutput["querywatch_matched"] = matched()

    @property
    def left_out(self) -> int:
        """Tests that were collected and then not asked for."""
        return self._left_out


@contextmanager
def _watched(
    item: pytest.Item, rules: Rules, recordings: list[tuple[Recording, str | None]]
) -> Iterator[None]:
    """Watch what the item calls, into `recordings`."""
    from django_querywatch.testing.factories import without_factories
    from django_querywatch.testing.watching import Watch, blind_spot

    @contextmanager
    def watch() -> Iterator[None]:
        config = replace(rules.config(), unused_eager=True)
        with Watch(item.nodeid, config) as recording, without_factories(recording.recorder):
            try:
                yield
            finally:
                recordings.append((recording, blind_spot(recording)))

    function = getattr(item, "obj", None)
    if isinstance(item, TestCaseFunction) or inspect.iscoroutinefunction(function):
        with _replaced(item, function, watch):
            yield
    else:
        with watch():
            yield


@contextmanager
def _replaced(item: Any, function: Any, watch: Any) -> Iterator[None]:
    """Let the item call a watched function.

    `unittest` runs setUp and tearDown in the call phase, too; and an event loop may run the coroutine in a
    context that is older than this hook.
    """
    from django_querywatch.testing.watching import watched

    item.obj = watched(function, watch)
    is_method = isinstance(item, TestCaseFunction)
    if is_method:
        setattr(item.instance, item.name, item.obj)
    try:
        yield
    finally:
        item.obj = function
        if is_method:
            vars(item.instance).pop(item.name, None)


def _rules(mark: pytest.Mark | None) -> Rules:
    from django.core.exceptions import ImproperlyConfigured

    from django_querywatch.testing.rules import check_option_names, rules

    try:
        if mark is not None and mark.args:
            raise TypeError("options are given by name, as in querywatch(threshold=5)")
        options = mark.kwargs if mark is not None else {}
        check_option_names(options)
        found = rules(**options)
        found.config()
    except (TypeError, ValueError) as error:
        pytest.fail(f"The marker querywatch: {error}", pytrace=False)
    except ImproperlyConfigured as error:
        pytest.fail(f"querywatch: {error}", pytrace=False)
    return found


def _check_reason(item: pytest.Item) -> None:
    mark = item.get_closest_marker("querywatch_ignore")
    assert mark is not None
    reason = mark.kwargs.get("reason", mark.args[0] if mark.args else None)
    if not isinstance(reason, str) or not reason.strip():
        pytest.fail(
            'The marker querywatch_ignore needs a reason: querywatch_ignore(reason="...")', pytrace=False
        )


def is_django_ready() -> bool:
    """Whether there are models and settings to look at."""
    registry = sys.modules.get("django.apps")
    return registry is not None and registry.apps.ready


def _junit_properties(report: Report) -> Iterator[tuple[str, str]]:
    for finding in report.findings:
        yield f"querywatch.{finding.kind}", render_finding(finding)
