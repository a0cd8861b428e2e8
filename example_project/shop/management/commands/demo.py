"""Open every page with an N+1 and its fixed twin, and show what django-querywatch says about them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from django_querywatch.records import Report
from django_querywatch.reporters.wording import queries
from example_project.shop.pages import PAGES, Page
from example_project.shop.visits import visit

Row = tuple[Page, Report, Report]


class Command(BaseCommand):
    help = "Open every page pair; fail unless its first page is reported and its fixed twin is silent."

    def handle(self, *args: Any, **options: Any) -> None:
        admin = User.objects.filter(is_superuser=True).first()
        if admin is None:
            raise CommandError("The shop is empty. Run: manage.py seed")
        rows = [self.open_pair(page, admin) for page in PAGES]
        self.stdout.write("\n".join([*table(rows), ""]))
        surprises = [surprise for row in rows for surprise in surprises_in(*row)]
        if surprises:
            raise CommandError("\n".join(surprises))
        self.stdout.write(f"Every N+1 page was reported, and every fixed twin was silent: {len(rows)} pairs.")

    def open_pair(self, page: Page, user: User) -> Row:
        return page, self.open(page, page.url, user), self.open(page, page.fixed_url, user)

    def open(self, page: Page, url: str, user: User) -> Report:
        self.stdout.write(self.style.MIGRATE_HEADING(f"--- {page.method} {url}"))
        with console(self.stdout):
            report = visit(page, url, user)
        if not report.findings:
            self.stdout.write(f"nothing to report: {queries(report.query_count)}")
        self.stdout.write("")
        return report


@contextmanager
def console(output: TextIO) -> Iterator[None]:
    """Show what is logged as a console that listens from INFO on would."""
    logger, handler = logging.getLogger("django_querywatch"), logging.StreamHandler(output)
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
        logger.setLevel(level)


def surprises_in(page: Page, before: Report, after: Report) -> list[str]:
    surprises = []
    if not before.of_kind("n_plus_one", "n_plus_one_write"):
        surprises.append(f"{page.url} has an N+1, and none was reported.")
    if after.findings:
        surprises.append(f"{page.fixed_url} is fixed, and this was reported: {after.findings[0]}")
    return surprises


def table(rows: list[Row]) -> list[str]:
    width = max(len(page.title) for page, _, _ in rows)
    lines = [f"{'Page':{width}}  before  after"]
    lines += [
        f"{page.title:{width}}  {before.query_count:6}  {after.query_count:5}" for page, before, after in rows
    ]
    return lines
