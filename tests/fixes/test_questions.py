"""Each question to a relation has a fix of its own, and only where that asks the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Count, F, Q, Sum

from tests.fixes.models import Book, Review
from tests.fixes.rows import ROWS, books, finding_of, findings_of, fixed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "ask",
    [
        lambda book: book.reviews.all()[:1].count(),
        lambda book: book.reviews.order_by("-stars")[:1].aggregate(n=Sum("stars")),
        lambda book: book.reviews.values("author").distinct().count(),
        lambda book: book.reviews.values("author").annotate(n=Count("pk")).count(),
        lambda book: book.reviews.filter(author__books__price=1).count(),
        lambda book: book.tags.filter(books__price=1).count(),
        lambda book: book.reviews.exclude(author__books__price=1).count(),
        lambda book: list(book.reviews.values_list("author", flat=True).distinct()),
        lambda book: list(book.reviews.annotate(double=F("stars") * 2)),
        lambda book: list(book.reviews.all()[1:]),
        lambda book: list(book.reviews.filter(stars=book.pk + book.price)),
        lambda book: [book.reviews.filter(stars=stars).count() for stars in (0, 1)],
        lambda book: [list(book.reviews.filter(stars=stars)) for stars in (0, 1)],
        lambda book: book.reviews.filter(Q(stars=book.pk) | Q(stars=book.price)).exists(),
    ],
)
def test_what_no_condition_repeats_is_left_to_words(ask: Callable[[Book], object]) -> None:
    finding = finding_of(lambda: [ask(book) for book in books()])
    assert finding.suggestion is None
    assert "once" in finding.advice or "for each row" in finding.advice


@pytest.mark.parametrize(
    ("ask", "call"),
    [
        (lambda book: book.reviews.count(), 'annotate(reviews_count=Count("reviews", distinct=True))'),
        (
            lambda book: book.reviews.filter(author__name="author 1").count(),
            'annotate(reviews_author_name_count=Count("reviews", filter=Q(reviews__author__name=...), distinct=True))',
        ),
        (
            lambda book: book.reviews.filter(Q(stars=1) | Q(stars=2)).exists(),
            'annotate(has_reviews_chosen=Exists(Review.objects.filter(book=OuterRef("pk"), ...)))',
        ),
        (
            lambda book: list(book.reviews.filter(stars=1).order_by("-pk")[:1]),
            'prefetch_related(Prefetch("reviews", '
            'queryset=Review.objects.filter(stars=...).order_by("-pk")[:1], to_attr="..."))',
        ),
        (
            lambda book: book.reviews.order_by("-stars").first(),
            'prefetch_related(Prefetch("reviews", queryset=Review.objects.order_by("-stars"), to_attr="..."))',
        ),
    ],
)
def test_conditions_that_are_the_same_for_all_are_in_the_fix(
    ask: Callable[[Book], object], call: str
) -> None:
    assert finding_of(lambda: [ask(book) for book in books()]).suggestion == call


def test_two_numbers_of_one_relation_are_two_findings() -> None:
    def work() -> None:
        for book in books():
            book.reviews.count()
            book.reviews.filter(stars__gt=1).count()

    findings = findings_of(work)
    assert {finding.suggestion for finding in findings} == {
        'annotate(reviews_count=Count("reviews", distinct=True))',
        'annotate(reviews_stars_gt_count=Count("reviews", filter=Q(reviews__stars__gt=...), distinct=True))',
    }
    assert [(one.queries_before, one.queries_after) for one in findings] == [(ROWS + 1, 1)] * 2


def test_two_lists_and_two_aggregates_are_two_findings_each() -> None:
    def work() -> None:
        for book in books():
            list(book.reviews.filter(stars=1))
            list(book.reviews.filter(stars__gt=1))
            book.pages.aggregate(total=Sum("number"))
            book.pages.aggregate(number_of_pages=Count("pk"))

    findings = findings_of(work)
    assert len({finding.suggestion for finding in findings}) == 4


def test_one_condition_with_two_values_at_two_lines_has_no_one_annotation() -> None:
    def work() -> None:
        for book in books():
            book.reviews.filter(stars=0).count()
            book.reviews.filter(stars=1).count()

    finding = finding_of(work)
    assert finding.suggestion is None
    assert finding.advice.startswith("its conditions have several values")


def test_a_slice_by_hand_is_no_number_of_all() -> None:
    finding = finding_of(lambda: [Review.objects.filter(book=book)[:1].count() for book in books()])
    assert finding.suggestion is None
    whole = finding_of(lambda: [Review.objects.filter(book=book).count() for book in books()])
    assert whole.suggestion == 'filter(book__in=[...]).values("book").annotate(count=Count("pk"))'


def test_the_number_with_a_plain_fix_is_the_loops() -> None:
    finding = finding_of(lambda: [book.tags.count() for book in books()])
    assert [book.tags_count for book in fixed(finding, books())] == [1, 2, 3]
