"""The pytest plugin: options, markers and the fixture.

It is loaded wherever it is installed, so nothing of Django is imported before a test is watched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from django_querywatch.baseline import BaselineError
from django_querywatch.pytest_plugin.collecting import Collector
from django_querywatch.pytest_plugin.watching import Watcher
from django_querywatch.suite.options import OptionError, add_options, read_options
from django_querywatch.suite.run import SuiteRun

MARKERS = (
    "querywatch(kinds, threshold, potential, max_queries, using, ignore): this test must have no N+1, by "
    "these rules; they are those of django_querywatch.testing.assertNoNPlusOne.",
    "querywatch_ignore(reason): the findings of this test do not count.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser.getgroup("querywatch", "django-querywatch: N+1 queries").addoption)
    parser.addini("querywatch", "off, report or fail: what --querywatch is when it is not given.", default="")


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    try:
        run = SuiteRun(_options(config), config.rootpath)
    except (OptionError, BaselineError) as error:
        pytest.exit(f"querywatch: {error}", returncode=2)
    if run.options.mode == "off" or config.option.collectonly:
        return
    worker_input = getattr(config, "workerinput", None)
    tolerated = worker_input["querywatch_tolerated"] if worker_input else run.baseline.entries
    config.pluginmanager.register(Watcher(config, run.options, frozenset(tolerated)), "querywatch-watcher")
    if worker_input is None:
        config.pluginmanager.register(Collector(config, run), "querywatch-collector")


def _options(config: pytest.Config) -> Any:
    option = config.option
    return read_options(
        mode=option.querywatch or config.getini("querywatch") or None,
        # Of several processes only the one that collects reads and writes files.
        baseline=option.querywatch_baseline,
        update=option.querywatch_update_baseline,
        shrink_only=option.querywatch_shrink_only,
        reports=option.querywatch_report or (),
        root=config.invocation_params.dir,
    )


@pytest.fixture
def assert_no_n_plus_one() -> Callable[..., Any]:
    """`django_querywatch.testing.assertNoNPlusOne`: fails for an N+1 in a block, a call or a coroutine."""
    from django_querywatch.testing import assertNoNPlusOne

    return assertNoNPlusOne
