"""An aggregate of each row's relation becomes an annotation where that gives the same, under a name that is free."""

from __future__ import annotations

import pytest
from django.db.models import Avg, Count, F, Q, Sum
from django.db.models.functions import Coalesce

from tests.fixes.models import Book
from tests.fixes.rows import books, finding_of, fixed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("aggregates", "read", "call"),
    [
        ({"n": Sum("stars")}, "n", 'annotate(n=Sum("reviews__stars"))'),
        ({"n": Avg(F("stars"))}, "n", 'annotate(n=Avg("reviews__stars"))'),
        ({"n": Count("*")}, "n", 'annotate(n=Count("reviews"))'),
        ({"price": Sum("stars")}, "reviews_price", 'annotate(reviews_price=Sum("reviews__stars"))'),
        ({"title": Sum("stars")}, "reviews_title", 'annotate(reviews_title=Sum("reviews__stars"))'),
        ({"save": Sum("stars")}, "reviews_save", 'annotate(reviews_save=Sum("reviews__stars"))'),
    ],
)
def test_a_plain_aggregate_is_annotated(aggregates: dict, read: str, call: str) -> None:
    def ask() -> list:
        return [next(iter(book.reviews.aggregate(**aggregates).values())) for book in books()]

    finding = finding_of(ask)
    assert finding.suggestion == call
    assert [getattr(book, read) for book in fixed(finding, books())] == ask()


def test_what_has_no_name_keeps_djangos() -> None:
    finding = finding_of(lambda: [book.reviews.aggregate(Sum("stars")) for book in books()])
    assert finding.suggestion == 'annotate(stars__sum=Sum("reviews__stars"))'
    assert [book.stars__sum for book in fixed(finding, books())] == [1, 3, 6]


@pytest.mark.parametrize(
    "aggregate",
    [
        Coalesce(Sum("stars"), 0),
        Sum("stars") + 1,
        Sum(F("stars") * 2),
        Sum("stars", default=0),
        Sum("stars", filter=Q(stars__gt=1)),
        Count("author", distinct=True),
        Count("author__books"),
    ],
)
def test_more_than_one_column_is_left_to_words(aggregate: object) -> None:
    finding = finding_of(lambda: [book.reviews.aggregate(n=aggregate) for book in books()])
    assert finding.suggestion is None
    assert finding.advice == "annotate the queryset with the aggregate"


def test_an_annotation_that_is_there_keeps_its_name() -> None:
    def ask() -> list:
        return [book.reviews.aggregate(n=Sum("stars")) for book in Book.objects.annotate(n=F("price"))]

    assert finding_of(ask).suggestion == 'annotate(reviews_n=Sum("reviews__stars"))'


def test_a_prefetch_that_is_bypassed_is_told_with_what_to_read() -> None:
    queryset = Book.objects.prefetch_related("reviews")
    finding = finding_of(
        lambda: [book.reviews.filter(stars=1).aggregate(n=Sum("stars")) for book in queryset.all()]
    )
    assert finding.advice == (
        "the prefetch is bypassed: filter() asks the database again; then read n from each row instead"
    )
