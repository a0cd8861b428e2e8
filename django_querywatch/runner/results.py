"""unittest's results, taught to watch test methods and to fail a test for what was seen.

With ``--parallel`` the watching happens in the processes that run tests, and the judging in the one that was
started: reports travel as events, as Django's own results do.
"""

from __future__ import annotations

import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from asgiref.sync import AsyncToSync
from django.test.runner import RemoteTestResult

from django_querywatch.capture import fault_boundary
from django_querywatch.reporters.json import report_from_json_line, report_to_json_line
from django_querywatch.suite.arranging import without_arranging
from django_querywatch.suite.judging import without_tolerated
from django_querywatch.suite.run import FAILED_LINE, SuiteRun
from django_querywatch.testing.factories import without_factories
from django_querywatch.testing.failing import finding_text
from django_querywatch.testing.rules import Rules
from django_querywatch.testing.watching import OWN_FAILURE, Watch, watched


class WatchingResult(unittest.TestResult):
    """Watches each test method, from its first line to its last; setUp and tearDown are not in it."""

    def startTest(self, test: Any) -> None:
        super().startTest(test)
        # Not the test method itself: Python 3.12.1 has taken that from the test before it says that it starts.
        call = getattr(test, "_callTestMethod", None)
        if call is not None:
            test._callTestMethod = lambda method: call(_watched_method(method, lambda: self._watch(test)))

    @contextmanager
    def _watch(self, test: Any) -> Iterator[None]:
        config = Rules().config()
        with (
            Watch(test.id(), replace(config, unused_eager=True)) as recording,
            without_factories(recording.recorder),
        ):
            try:
                yield
            finally:
                line = FAILED_LINE
                with fault_boundary:
                    line = report_to_json_line(recording.report(config.of_one_test()))
                self.addQuerywatchReport(test, line)

    def addQuerywatchReport(self, test: Any, line: str) -> None:
        raise NotImplementedError


class RemoteWatchingResult(WatchingResult, RemoteTestResult):
    """Sends the report to the process that judges."""

    def addQuerywatchReport(self, test: Any, line: str) -> None:
        self.events.append(("addQuerywatchReport", self.test_index, line))


def judging_result(base: type[unittest.TestResult], run: SuiteRun, pattern: str) -> type[unittest.TestResult]:
    """A result class on top of the one that the runner would have used."""

    class JudgingResult(WatchingResult, base):  # type: ignore[misc, valid-type]
        querywatch_failures = 0

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._problems: dict[str, str] = {}

        def addQuerywatchReport(self, test: Any, line: str) -> None:
            report = without_arranging(report_from_json_line(line, test.id()), Path.cwd(), [pattern])
            run.add(report)
            if run.options.mode != "fail" or run.options.adds_to_baseline:
                return
            failures = Rules().failures(without_tolerated(report, run.baseline.entries))
            if failures:
                self._problems[test.id()] = "\n".join(map(finding_text, failures))
            elif report.failed:
                self._problems[test.id()] = OWN_FAILURE

        def addSuccess(self, test: Any) -> None:
            problem = self._problems.pop(test.id(), None)
            if problem is None:
                super().addSuccess(test)
            else:
                self.querywatch_failures += 1
                # No traceback: it would be this line's, and a traceback cannot be pickled.
                self.addFailure(test, (AssertionError, AssertionError(problem), None))  # type: ignore[arg-type]

    return JudgingResult


def _watched_method(method: Any, watch: Any) -> Any:
    # Django has made a coroutine function sync before the result hears of the test.
    if isinstance(method, AsyncToSync):
        return AsyncToSync(watched(method.awaitable, watch))
    return watched(method, watch)
