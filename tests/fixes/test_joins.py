"""An aggregate goes on a queryset only where nothing there makes it count other rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.models import Count, F, Max, QuerySet, Sum

from django_querywatch.analysis.related import BY_SUBQUERY
from tests.fixes.models import Book, Tag
from tests.fixes.rows import finding_of, findings_of, fixed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "queryset",
    [
        lambda: Book.objects.annotate(n=Count("tags")),
        lambda: Book.objects.filter(tags__name__startswith="tag"),
        lambda: Book.objects.filter(reviews__stars__gte=1).distinct(),
        lambda: Book.objects.order_by("tags__name"),
        lambda: Tag.objects.get(name="tag 0").books.all(),
    ],
)
def test_a_queryset_with_several_rows_for_one_gets_no_aggregate(queryset: Callable[[], QuerySet]) -> None:
    for ask in (lambda book: book.reviews.count(), lambda book: book.reviews.aggregate(n=Sum("stars"))):
        finding = finding_of(lambda ask=ask: [ask(book) for book in queryset()])
        assert (finding.suggestion, finding.advice) == (None, BY_SUBQUERY)


def test_a_locked_queryset_is_not_grouped() -> None:
    with transaction.atomic():
        finding = finding_of(lambda: [book.reviews.count() for book in Book.objects.select_for_update()])
    assert finding.suggestion is None


@pytest.mark.parametrize(
    "queryset",
    [
        lambda: Book.objects.order_by("pk")[:2],
        lambda: Book.objects.distinct().order_by("pk"),
        lambda: Book.objects.annotate(double=F("price") * 2).order_by("pk"),
        lambda: Book.objects.filter(author__country__code__gte="c").order_by("author__name"),
        lambda: Book.objects.select_related("author__country").order_by("pk"),
        lambda: Book.objects.filter(author__medal__text="gold").order_by("pk"),
    ],
)
def test_joins_to_one_row_leave_the_number(queryset: Callable[[], QuerySet]) -> None:
    def ask() -> list:
        return [book.reviews.count() for book in queryset()]

    finding = finding_of(ask)
    assert [book.reviews_count for book in fixed(finding, queryset())] == ask()


def test_rows_are_asked_for_behind_any_join() -> None:
    def books() -> QuerySet:
        return Book.objects.filter(tags__name="tag 0").order_by("pk")

    finding = finding_of(lambda: [book.reviews.exists() for book in books()])
    assert [book.has_reviews for book in fixed(finding, books())] == [True, True, True]


def test_sums_over_two_relations_are_none_beside_each_other() -> None:
    def work() -> None:
        for book in Book.objects.all():
            book.reviews.aggregate(n=Sum("stars"))
            book.tags.count()
            book.pages.aggregate(last=Max("number"))

    calls = {finding.field: finding.suggestion for finding in findings_of(work)}
    assert calls["reviews"] is None
    assert calls["tags"] == 'annotate(tags_count=Count("tags", distinct=True))'
    assert calls["pages"].startswith("annotate(last=Max(")


def test_aggregates_over_one_relation_share_its_join() -> None:
    def work() -> None:
        for book in Book.objects.all():
            book.reviews.aggregate(total=Sum("stars"), most=Max("stars"))

    assert finding_of(work).suggestion == 'annotate(total=Sum("reviews__stars"), most=Max("reviews__stars"))'


def test_annotations_of_one_name_are_told_apart() -> None:
    def work() -> None:
        for book in Book.objects.all():
            book.reviews.aggregate(n=Max("stars"))
            book.pages.aggregate(n=Max("number"))

    one, other = findings_of(work)
    assert {call.partition("=")[0] for call in (one.suggestion, other.suggestion)} == {
        "annotate(n",
        "annotate(n_2",
    }
    assert "read it as n_2" in (one.advice, other.advice)
