"""A relation of one object, asked for what belongs to each row of others: `user.likes.filter(post=post)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from django_querywatch.capture.places import source_line
from django_querywatch.reporters.wording import fix
from tests.fixes.models import Author, Book, Review
from tests.fixes.rows import finding_of, findings_of

pytestmark = pytest.mark.django_db


def asked(ask: Callable[[Book, Author], Any]) -> Callable[[], None]:
    def work() -> None:
        book = Book.objects.first()
        assert book is not None
        [ask(book, author) for author in Author.objects.all()]

    return work


@pytest.mark.parametrize(
    ("ask", "call"),
    [
        (
            lambda book, author: book.reviews.filter(author=author).exists(),
            'Review.objects.filter(author__in=[...], book=...).values_list("author", flat=True)',
        ),
        (
            lambda book, author: book.reviews.filter(author=author, stars=1).count(),
            "Review.objects.filter(author__in=[...], book=..., stars=...)"
            '.values("author").annotate(count=Count("pk"))',
        ),
        (
            lambda book, author: list(book.reviews.filter(author_id=author.pk)),
            "Review.objects.filter(author__in=[...], book=...)",
        ),
        (lambda book, author: book.author.friends.filter(pk=author.pk).exists(), None),
        (lambda book, author: list(book.reviews.filter(author__name=author.name)), None),
    ],
)
def test_the_rows_are_those_of_the_loop(ask: Callable[[Book, Author], Any], call: str | None) -> None:
    finding = finding_of(asked(ask))
    assert (finding.kind, finding.certainty, finding.count) == ("n_plus_one", "certain", 3)
    assert "Author.objects.all()" in (source_line(finding.origin) or "")
    assert fix(finding) == call
    assert (finding.advice or "").startswith("ask once before the loop") or "count once" in (
        finding.advice or ""
    )


def test_what_the_rows_do_not_hold_has_no_fix() -> None:
    finding = finding_of(asked(lambda book, author: book.reviews.filter(stars=author.pk + 10**6).exists()))
    assert (finding.certainty, finding.suggestion) == ("likely", None)
    assert finding.advice == "ask once before the loop, for all of its values, and group the rows in Python"


def test_one_query_for_all_is_silent() -> None:
    def work() -> None:
        book = Book.objects.first()
        assert book is not None
        reviewing = set(book.reviews.values_list("author", flat=True))
        [author.pk in reviewing for author in Author.objects.all()]

    assert findings_of(work) == ()


def test_a_question_by_hand_is_told_by_the_lookup_of_the_row() -> None:
    finding = finding_of(asked(lambda book, author: Review.objects.filter(book=book, author=author).exists()))
    assert finding.suggestion == 'filter(author__in=[...], book=...).values_list("author", flat=True)'
