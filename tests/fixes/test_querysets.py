"""The queryset in a fix asks the same manager, and loads eagerly what the loop's own did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Prefetch

from tests.fixes.models import Author, Book, Country
from tests.fixes.rows import books, finding_of, findings_of, fixed

pytestmark = pytest.mark.django_db


def call_of(ask: Callable[[Book], object]) -> str | None:
    findings = findings_of(lambda: [ask(book) for book in books()])
    return next(finding.suggestion for finding in findings if finding.path)


@pytest.mark.parametrize(
    ("eagerly", "calls"),
    [
        (lambda reviews: reviews.select_related("author"), '.select_related("author")'),
        (lambda reviews: reviews.prefetch_related("author"), '.prefetch_related("author")'),
        (
            lambda reviews: reviews.select_related("author").prefetch_related("author__books"),
            '.select_related("author").prefetch_related("author__books")',
        ),
        (
            lambda reviews: reviews.prefetch_related(Prefetch("author", Author.objects.all())),
            ".prefetch_related(...)",
        ),
        (lambda reviews: reviews.select_related(), ".select_related()"),
    ],
)
@pytest.mark.filterwarnings("ignore:Calling select_related")  # deprecated from Django 6.1 on
def test_a_filtered_relation_keeps_what_it_loads_eagerly(eagerly: Callable[[Any], Any], calls: str) -> None:
    queryset = f"Review.objects.filter(stars__gt=...){calls}"
    call = call_of(lambda book: list(eagerly(book.reviews.filter(stars__gt=0))))
    assert call == f'prefetch_related(Prefetch("reviews", queryset={queryset}, to_attr="..."))'


def test_a_slice_comes_last() -> None:
    call = call_of(lambda book: list(book.reviews.order_by("-pk").select_related("author")[:1]))
    assert call is not None
    assert 'Review.objects.order_by("-pk").select_related("author")[:1], to_attr' in call


def test_a_slice_is_none_of_a_manager() -> None:
    def ask(books: Any) -> list:
        return [book.reviews.all()[0].book_id for book in books]

    finding = finding_of(lambda: ask(books()))
    assert [getattr(book, "...")[0].book_id for book in fixed(finding, books())] == ask(books())


def test_the_order_of_the_model_turned_round_is_kept() -> None:
    finding = finding_of(
        lambda: [[city.name for city in country.cities.reverse()] for country in Country.objects.all()]
    )
    assert 'queryset=City.objects.order_by("-name"), to_attr' in (finding.suggestion or "")


def test_a_condition_that_the_manager_sets_as_well_is_written_once() -> None:
    call = call_of(lambda book: list(book.pages.filter(is_hidden=False)))
    assert call is not None
    assert "Page.visible.filter(is_hidden=...), to_attr" in call


def test_two_values_of_one_condition_are_not_told() -> None:
    call = call_of(lambda book: list(book.pages.filter(is_hidden=True)))
    assert call is not None
    assert "Page.visible.filter(is_hidden=..., ...), to_attr" in call


def test_its_queries_are_counted() -> None:
    finding = finding_of(
        lambda: [list(book.reviews.filter(stars__gt=0).prefetch_related("author__books")) for book in books()]
    )
    assert (finding.queries_before, finding.queries_after) == (3 * 3 + 1, 4)


def test_a_whole_relation_with_a_prefetch_of_its_own_is_not_made_plain() -> None:
    few = Prefetch("author__books", Book.objects.filter(price=1))
    call = call_of(lambda book: list(book.reviews.prefetch_related(few)))
    assert call is not None
    assert "queryset=Review.objects.prefetch_related(...)" in call


def test_a_prefetch_asks_the_manager_that_the_model_has() -> None:
    finding = finding_of(lambda: [list(book.pages.filter(number=0)) for book in books()])
    assert "queryset=Page.visible.filter(is_hidden=..., number=...)" in finding.suggestion
    finding = finding_of(lambda: [book.pages.filter(number=0).exists() for book in books()])
    assert 'Exists(Page.visible.filter(book=OuterRef("pk"), is_hidden=..., number=...))' in finding.suggestion


def test_a_relation_asked_through_another_manager_is_no_plain_one() -> None:
    finding = finding_of(lambda: [list(book.pages(manager="everything").all()) for book in books()])
    assert "Prefetch(" in finding.suggestion
    assert "queryset=Page.everything.all()" in finding.suggestion


def test_a_relation_asked_through_its_own_manager_is_plain() -> None:
    def ask(books: Any) -> list:
        return [len(book.pages.all()) for book in books]

    finding = finding_of(lambda: ask(books()))
    assert finding.suggestion == 'prefetch_related("pages")'
    assert ask(fixed(finding, books())) == ask(books()) == [1, 2, 3]
