"""The fix begins with the manager that the root queryset begins with: another has other rows, or is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from django_querywatch.reporters.wording import fix
from tests.fixes.models import Page
from tests.fixes.rows import finding_of

pytestmark = pytest.mark.django_db


def titles_of(pages: Iterable[Page]) -> list[str]:
    return [page.book.title for page in pages]


@pytest.mark.parametrize(
    ("pages", "call"),
    [
        (lambda: Page.visible.all(), 'Page.visible.select_related("book")'),
        (lambda: Page.everything.all(), 'Page.everything.select_related("book")'),
        (lambda: Page.everything.filter(number=0).order_by("pk"), 'Page.everything.select_related("book")'),
        (lambda: Page._default_manager.all(), 'Page.visible.select_related("book")'),
        (lambda: Page._base_manager.all(), 'Page._base_manager.select_related("book")'),
    ],
)
def test_the_manager_that_was_asked_is_written(pages: Callable[[], Iterable[Page]], call: str) -> None:
    assert fix(finding_of(lambda: titles_of(pages()))) == call
