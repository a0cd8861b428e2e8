"""``manage.py querywatch URL...`` requests pages and reports; ``querywatch report FILE...`` merges."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_querywatch.merged import merged_report
from django_querywatch.page_requests import METHODS, PageError, PageRequest, watch_pages
from django_querywatch.records import KINDS, N_PLUS_ONE_KINDS, Report
from django_querywatch.report_files import ReportFileError, read_report_files
from django_querywatch.reporters import github
from django_querywatch.reporters.text import render_report
from django_querywatch.suite.formats import render
from django_querywatch.suite.options import FORMATS

FINDINGS = 1
OWN_ERROR = 2


class Command(BaseCommand):
    help = (
        "Request pages in process, in a transaction that is rolled back, and report their N+1 queries; "
        "or merge files of JSON lines: querywatch report FILE... "
        "Exit status: 0, 1 for findings, 2 for errors of its own."
    )
    # A wrong setting is this command's own error, and is told as one.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "urls", nargs="+", metavar="URL", help="A path such as /orders/, or: report FILE..."
        )
        parser.add_argument("--as", dest="user", metavar="USER", help="The username to log in.")
        parser.add_argument("--method", choices=METHODS, default=None, type=str.upper, help="Default: GET.")
        parser.add_argument("--data", default=None, help="Form data (a=1&b=2) or JSON ({...} or [...]).")
        parser.add_argument("--format", choices=FORMATS, default="text", help="Default: text.")
        parser.add_argument(
            "--fail-on",
            action="append",
            choices=KINDS,
            metavar="KIND",
            help=f"The kinds that make the exit status 1, one of {', '.join(KINDS)}; may be given again. "
            f"Default: {' and '.join(N_PLUS_ONE_KINDS)}.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reports, problems = self._reports(options)
            text = render(options["format"], reports, lambda: _text(reports))
        except (PageError, ReportFileError, ImproperlyConfigured) as error:
            raise CommandError(str(error), returncode=OWN_ERROR) from error
        if reports and text:
            self.stdout.write(text)
        if options["format"] == "github":
            github.append_summary(merged_report(reports))
        problems += [_failure(report) for report in reports if report.failed]
        if problems:
            raise CommandError("\n".join(problems), returncode=OWN_ERROR)
        if any(report.of_kind(*(options["fail_on"] or N_PLUS_ONE_KINDS)) for report in reports):
            sys.exit(FINDINGS)

    def _reports(self, options: dict[str, Any]) -> tuple[list[Report], list[str]]:
        if options["urls"][0] == "report":
            self._refuse_request_options(options)
            merged = merged_report(read_report_files(options["urls"][1:], sys.stderr), name="merged")
            return [merged], []
        pages = [PageRequest.of(url, options["method"] or "GET", options["data"]) for url in options["urls"]]
        watched = watch_pages(pages, options["user"], sys.stderr)
        for notice in watched.notices:
            self.stderr.write(notice)
        return list(watched.reports), list(watched.problems)

    def _refuse_request_options(self, options: dict[str, Any]) -> None:
        given = {"--as": options["user"], "--method": options["method"], "--data": options["data"]}
        for name, value in given.items():
            if value is not None:
                raise CommandError(
                    f"{name} is for requests, not for: querywatch report FILE...", returncode=OWN_ERROR
                )


def _failure(report: Report) -> str:
    return (
        f"django-querywatch itself failed in {report.name}: findings may be missing. "
        "The log of 'django_querywatch' has the traceback; please report it."
    )


def _text(reports: Sequence[Report]) -> str:
    return "\n\n".join(map(render_report, reports))
