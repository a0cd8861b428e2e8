"""In the process that the user started: collects all tests' reports, and ends the run with one section."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from django_querywatch.analysis.ignores import note_matched, unused
from django_querywatch.baseline import BaselineError
from django_querywatch.pytest_plugin.extent import uncovered_part
from django_querywatch.pytest_plugin.watching import Watcher, is_django_ready
from django_querywatch.reporters.json import report_from_json_line
from django_querywatch.suite.arranging import is_test_file
from django_querywatch.suite.eager import loadings_of, seen_loadings
from django_querywatch.suite.run import FAILED_SOMEWHERE, SECTION_FAILED, Ending, SuiteRun

_UNFINISHED = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR)


class Collector:
    """With pytest-xdist this lives in the controller, without it beside the `Watcher`."""

    def __init__(self, config: pytest.Config, run: SuiteRun) -> None:
        self._config = config
        self._run = run
        self._watched = self._unobserved = self._broken = self._left_out = 0
        self._has_ignored = False
        self._eager: list[dict[str, Any]] = []
        self._text = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        seen: dict[str, Any] = getattr(report, "querywatch", {})
        if "line" in seen:
            self._watched += 1
            self._run.add(report_from_json_line(seen["line"], report.nodeid))
        elif seen.get("is_ignored"):
            self._run.ignore(report.nodeid)
        self._unobserved += bool(seen.get("is_unobserved"))
        self._broken += report.failed and not seen.get("is_failure")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._broken += report.failed

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["querywatch_tolerated"] = sorted(self._run.baseline.entries)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        output = getattr(node, "workeroutput", None)
        self._broken += output is None
        note_matched((output or {}).get("querywatch_matched", ()))
        self._left_out = max(self._left_out, (output or {}).get("querywatch_left_out", 0))
        self._eager += (output or {}).get("querywatch_eager", ())

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._run.options.mode is None and not self._watched:
            return
        try:
            self._text = self._run.finish(self._ending(session))
        except (BaselineError, OSError) as error:
            self._text = f"querywatch: {error}"
            session.exitstatus = 2
        except Exception:
            self._text = f"{SECTION_FAILED} please report it:\n{traceback.format_exc()}"
            session.exitstatus = 2
        if self._unobserved and not self._watched:
            session.exitstatus = 2

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._text:
            # Else pytest ends its line of dots inside the section, and only without workers.
            terminalreporter.ensure_newline()
            terminalreporter.section("querywatch")
            terminalreporter.write_line(self._text)

    def _ending(self, session: pytest.Session) -> Ending:
        partial = self._partial(session)
        # Before the unused ignores are asked for: some may be for these.
        seen = [*self._eager, *(seen_loadings() if is_django_ready() else ())]
        root, patterns = self._config.rootpath, self._config.getini("python_files")
        eager = [one for one in loadings_of(seen) if not is_test_file(one.origin.file, root, patterns)]
        return Ending(
            partial=partial,
            unused_ignores=_unused_ignores() if partial is None else (),
            unobserved=self._unobserved,
            eager=eager,
            is_interrupted=session.exitstatus in _UNFINISHED,
        )

    def _partial(self, session: pytest.Session) -> str | None:
        """Why this was not a run of the whole suite; None where it was."""
        watcher = self._config.pluginmanager.get_plugin("querywatch-watcher")
        left_out = max(self._left_out, watcher.left_out if isinstance(watcher, Watcher) else 0)
        if session.exitstatus in _UNFINISHED or session.shouldstop or session.shouldfail:
            return "the run ended early"
        if self._broken:
            return "tests failed or could not be collected"
        if self._run.has_failed:
            return FAILED_SOMEWHERE
        if left_out:
            return "1 test was left out" if left_out == 1 else f"{left_out} tests were left out"
        if not self._watched or self._unobserved:
            return "not every test was watched"
        return uncovered_part(self._config)


def _unused_ignores() -> Sequence[Mapping[str, str]]:
    if not is_django_ready():
        return ()
    from django_querywatch.conf import get_config

    return unused(get_config())
