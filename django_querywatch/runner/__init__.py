"""`manage.py test` with the plugin's options: TEST_RUNNER = "django_querywatch.runner.QueryWatchRunner"."""

from __future__ import annotations

import traceback
import unittest
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.test.runner import DiscoverRunner, ParallelTestSuite, RemoteTestRunner

from django_querywatch.analysis.ignores import unused
from django_querywatch.baseline import BaselineError
from django_querywatch.conf import get_config
from django_querywatch.runner.results import RemoteWatchingResult, judging_result
from django_querywatch.suite.arranging import is_test_file
from django_querywatch.suite.eager import loadings_of, seen_loadings
from django_querywatch.suite.options import OptionError, Options, add_options, read_options
from django_querywatch.suite.run import FAILED_SOMEWHERE, SECTION_FAILED, Ending, SuiteRun

OWN_ERROR = 2


class _RemoteRunner(RemoteTestRunner):
    resultclass = RemoteWatchingResult


class _ParallelSuite(ParallelTestSuite):
    runner_class = _RemoteRunner


class QueryWatchRunner(DiscoverRunner):
    """Watches each test method, setUp and tearDown excluded, and ends the run with one section."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = {name: kwargs.pop(name) for name in list(kwargs) if name.startswith("querywatch")}
        super().__init__(*args, **kwargs)
        try:
            self.querywatch = SuiteRun(_options(given), Path.cwd())
            get_config()
        except (OptionError, BaselineError, ImproperlyConfigured) as error:
            raise CommandError(f"querywatch: {error}", returncode=OWN_ERROR) from error
        self._is_watching = self.querywatch.options.mode in ("report", "fail")
        if self._is_watching:
            self.parallel_test_suite = _ParallelSuite
        self._labels: tuple[str, ...] = ()

    @classmethod
    def add_arguments(cls, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        add_options(parser.add_argument)

    def build_suite(self, test_labels: Any = None, **kwargs: Any) -> unittest.TestSuite:
        self._labels = tuple(test_labels or ())
        return super().build_suite(test_labels, **kwargs)

    def get_resultclass(self) -> Any:
        base = super().get_resultclass() or unittest.TextTestResult
        return (
            judging_result(base, self.querywatch, self.pattern or "test*.py") if self._is_watching else base
        )

    def suite_result(self, suite: unittest.TestSuite, result: Any, **kwargs: Any) -> int:
        failures: int = super().suite_result(suite, result, **kwargs)
        if self._is_watching:
            try:
                self.log(f"\n{self.querywatch.finish(self._ending(result))}")
            except (BaselineError, OSError) as error:
                raise CommandError(f"querywatch: {error}", returncode=OWN_ERROR) from error
            except Exception as error:
                text = f"{SECTION_FAILED} please report it:\n{traceback.format_exc()}"
                raise CommandError(text, returncode=OWN_ERROR) from error
        return failures

    def _ending(self, result: Any) -> Ending:
        partial = self._partial(result)
        # What the processes of --parallel loaded eagerly, and which entries matched there, they do not tell.
        is_alone = self.parallel <= 1
        seen = loadings_of(seen_loadings()) if is_alone else []
        patterns = [self.pattern or "test*.py"]
        eager = [one for one in seen if not is_test_file(one.origin.file, Path.cwd(), patterns)]
        return Ending(
            partial=partial,
            is_interrupted=result.shouldStop,
            unused_ignores=unused(get_config()) if partial is None and is_alone else (),
            eager=eager,
        )

    def _partial(self, result: Any) -> str | None:
        if result.shouldStop:
            return "the run ended early"
        if len(result.failures) + len(result.errors) > result.querywatch_failures:
            return "tests failed"
        if self.querywatch.has_failed:
            return FAILED_SOMEWHERE
        if not result.testsRun:
            return "no test ran"
        if self._labels or self.tags or self.exclude_tags or self.test_name_patterns:
            return "only some tests were asked for"
        return None


def _options(given: dict[str, Any]) -> Options:
    return read_options(
        mode=given.get("querywatch"),
        baseline=given.get("querywatch_baseline"),
        update=given.get("querywatch_update_baseline", False),
        shrink_only=given.get("querywatch_shrink_only", False),
        reports=given.get("querywatch_report") or (),
        root=Path.cwd(),
    )
