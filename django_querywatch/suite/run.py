"""One run: collects the tests' reports as they come, and says at the end what they mean together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django_querywatch.analysis.unused_eager import unread, with_unused
from django_querywatch.atomic_file import write_whole
from django_querywatch.baseline import write_baseline
from django_querywatch.merged import merge, merged_report
from django_querywatch.records import N_PLUS_ONE_KINDS, EagerLoading, Report
from django_querywatch.reporters import github, wording
from django_querywatch.reporters.json import report_to_json_line
from django_querywatch.suite import formats
from django_querywatch.suite.judging import Verdict, judge, load_baseline, without_tolerated
from django_querywatch.suite.options import Options
from django_querywatch.suite.section import eager_lines, section_lines, unused_lines

FAILED_SOMEWHERE = "django-querywatch itself failed in some tests"
SECTION_FAILED = "django-querywatch itself failed when it summed up the tests, which are not affected;"
FAILED_LINE = report_to_json_line(Report(failed=True))
"""What takes the place of a report that could not be made."""
WHOLE_RUN = "all tests"
"""Name of the report of what no single test shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run came to its end."""

    partial: str | None = None
    """Why entries of the baseline that did not occur may not be stale; None after a full run."""
    unobserved: int = 0
    """Tests that could not be watched, because Django was not set up."""
    is_interrupted: bool = False
    unused_ignores: Sequence[Mapping[str, str]] = ()
    """Entries of `IGNORE` that left out nothing in a full run."""
    eager: Sequence[EagerLoading] = ()
    """What the tests loaded eagerly, in all processes."""


class SuiteRun:
    """Mutable while the run lasts. The baseline is read at the start: what is wrong with it is told then."""

    def __init__(self, options: Options, root: Path) -> None:
        self.options = options
        self.root = root
        self.baseline = load_baseline(options)
        self._reports: dict[str, Report] = {}
        self._ignoring: set[str] = set()

    def add(self, report: Report) -> None:
        """Take one test's report. A test that is run again counts once."""
        self._reports[report.name] = report

    @property
    def has_failed(self) -> bool:
        """Whether the tool itself failed in some test: what was not found there may be there."""
        return any(report.failed for report in self._reports.values())

    def ignore(self, name: str) -> None:
        """Note a test whose findings do not count."""
        self._ignoring.add(name)

    def finish(self, ending: Ending) -> str:
        """Write what was asked for; return the section's text. BaselineError or OSError where that fails."""
        reports = [self._reports[name] for name in sorted(self._reports)]
        verdict = judge(self.baseline, reports, self.options, self.root, ending.partial is None)
        shown = [without_tolerated(report, self.baseline.entries) for report in reports]
        whole = with_unused(Report(name=WHOLE_RUN), unread(ending.eager))
        text = "\n".join([*self._lines(shown, whole, ending), *self._baseline_lines(verdict, ending)])
        printed = self._outputs([*shown, whole] if whole.findings else shown, text)
        self._write_baseline(verdict, ending)
        return printed

    def _lines(self, shown: Sequence[Report], whole: Report, ending: Ending) -> Iterator[str]:
        causes = merge(shown)
        count = sum(cause.finding.kind in N_PLUS_ONE_KINDS for cause in causes)
        hit = {name for cause in causes if cause.finding.kind in N_PLUS_ONE_KINDS for name in cause.names}
        yield f"{count or 'no'} N+1{'' if count == 1 else 's'} in {len(hit)} of {len(shown)} watched tests"
        if ending.unobserved:
            yield (
                f"{wording.counted(ending.unobserved, 'test')} could not be watched: Django was not set up then. "
                "Install pytest-django, or call django.setup() in conftest.py."
            )
        if self.has_failed:
            yield f"{FAILED_SOMEWHERE}: findings may be missing. See the log."
        if self._ignoring:
            yield f"ignored by a marker: {wording.counted(len(self._ignoring), 'test')}"
        yield from section_lines(causes)
        yield from eager_lines(whole.findings)
        yield from unused_lines(ending.unused_ignores)

    def _baseline_lines(self, verdict: Verdict, ending: Ending) -> Iterator[str]:
        if self.options.baseline is None:
            return
        file = os.path.relpath(self.options.baseline, self.root)
        yield f"baseline {file}: {len(verdict.tolerated)} tolerated, {len(verdict.new)} new"
        if ending.partial:
            yield f"stale entries were not looked for: {ending.partial}"
        if verdict.stale:
            taken = (
                "taken out"
                if self.options.updates_baseline
                else "take them out with --querywatch-update-baseline"
            )
            yield f"stale, no longer found ({taken}):"
            yield from (f"  {entry}" for entry in verdict.stale)
        if self.options.updates_baseline:
            yield self._update_line(verdict, ending)

    def _update_line(self, verdict: Verdict, ending: Ending) -> str:
        if ending.is_interrupted:
            return "the run was interrupted: the baseline is as it was"
        added = len(verdict.new) if self.options.adds_to_baseline else 0
        return f"baseline updated: {added} added, {len(verdict.stale)} taken out"

    def _outputs(self, shown: Sequence[Report], text: str) -> str:
        printed = [text]
        for output in self.options.outputs:
            rendered = formats.render(output.format, shown, lambda: text)
            if output.path is not None:
                write_whole(output.path, f"{rendered}\n" if rendered else "")
            elif output.format != "text":
                printed.append(rendered)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            if not any(output.format == "github" for output in self.options.outputs):
                printed.append(formats.render("github", shown, lambda: text))
            github.append_summary(merged_report(shown))
        return "\n".join(filter(None, printed))

    def _write_baseline(self, verdict: Verdict, ending: Ending) -> None:
        path = self.options.baseline
        if path is None or not self.options.updates_baseline or ending.is_interrupted:
            return
        if verdict.baseline != self.baseline or not path.exists():
            write_baseline(path, verdict.baseline)
