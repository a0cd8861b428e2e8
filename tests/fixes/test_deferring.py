"""A key that `only()` or `defer()` leaves out cannot be followed by a join: the fix loads it, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixes.models import Author, Book, Review
from tests.fixes.rows import finding_of, findings_of, fixed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("queryset", "ask", "call"),
    [
        (
            lambda: Book.objects.only("title"),
            lambda book: book.author.name,
            'only("title", "author").select_related("author")',
        ),
        (
            lambda: Book.objects.only("title"),
            lambda book: book.author.country.code,
            'only("title", "author").select_related("author__country")',
        ),
        (
            lambda: Book.objects.select_related("author").only("title", "author__name"),
            lambda book: book.author.country.code,
            'only("author__name", "title", "author__country").select_related("author__country")',
        ),
        (
            lambda: Book.objects.only("title", "author_id"),
            lambda book: book.author.name,
            'select_related("author")',
        ),
        (
            lambda: Author.objects.only("name"),
            lambda author: author.badge.text,
            'only("name", "medal").select_related("medal")',
        ),
        (
            lambda: Book.objects.only("title").prefetch_related("reviews"),
            lambda book: [review.author.name for review in book.reviews.all()],
            'prefetch_related("reviews__author")',
        ),
    ],
)
def test_the_key_is_loaded_and_followed(
    queryset: Callable[[], Any], ask: Callable[[Any], object], call: str
) -> None:
    finding = finding_of(lambda: [ask(row) for row in queryset()])
    assert finding.suggestion == call
    assert findings_of(lambda: [ask(row) for row in fixed(finding, queryset())]) == ()


def test_a_key_taken_out_by_defer_is_told_in_words() -> None:
    findings = findings_of(lambda: [review.book.title for review in Review.objects.defer("book")])
    calls = {finding.suggestion for finding in findings}
    assert calls == {None, 'only("author", "stars", "book")'}
    advice = next(finding.advice for finding in findings if finding.suggestion is None)
    assert advice == 'take "book" out of the defer(): with it, select_related("book") is possible'


def test_a_join_beside_another_deferred_column_stays() -> None:
    finding = finding_of(lambda: [review.book.title for review in Review.objects.defer("stars")])
    assert finding.suggestion == 'select_related("book")'
