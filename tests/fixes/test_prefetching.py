"""A prefetch that the queryset of a loop would refuse, or that is there already, is told with what it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import NotSupportedError
from django.db.models import Prefetch

from tests.fixes.models import Book
from tests.fixes.rows import finding_of, findings_of, fixed

pytestmark = pytest.mark.django_db


BYPASSED = (
    "the prefetch is bypassed: what asks for more than all() asks the database again; "
    "go over all() itself, and choose among its rows in Python"
)


def tags_of(books: Any) -> list:
    return [[tag.name for tag in book.tags.all()] for book in books]


def test_an_iterator_has_to_have_a_chunk_size() -> None:
    finding = finding_of(lambda: tags_of(Book.objects.iterator()))
    assert finding.suggestion == 'prefetch_related("tags")'
    assert finding.advice == (
        "give the iterator() of the queryset a chunk_size, too: without one it takes no prefetch"
    )
    with pytest.raises(ValueError, match="chunk_size"):
        tags_of(fixed(finding, Book.objects).iterator())
    assert findings_of(lambda: tags_of(fixed(finding, Book.objects).iterator(chunk_size=100))) == ()


def test_nothing_is_said_of_one_that_has_it_nor_of_a_join() -> None:
    assert finding_of(lambda: tags_of(Book.objects.iterator(chunk_size=100))).advice is None
    assert finding_of(lambda: [book.author.name for book in Book.objects.iterator()]).advice is None


def test_an_iterator_over_what_was_prefetched_is_to_go() -> None:
    def work() -> None:
        for book in Book.objects.prefetch_related("tags"):
            list(book.tags.iterator(chunk_size=100))

    finding = finding_of(work)
    assert finding.suggestion is None
    assert finding.advice.startswith("the prefetch is bypassed: iterator()")
    assert finding.avoidable == 3


def test_an_iterator_over_what_the_fix_prefetches_is_to_go() -> None:
    finding = finding_of(lambda: [list(book.tags.iterator(chunk_size=100)) for book in Book.objects.all()])
    assert finding.suggestion == 'prefetch_related("tags")'
    assert finding.advice == "then go over all() itself: iterator() asks the database again"
    assert finding_of(lambda: tags_of(Book.objects.all())).advice is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda reviews: list(reviews.values_list("stars", flat=True)),
        lambda reviews: reviews.first(),
        lambda reviews: list(reviews.filter(stars=1)),
        lambda reviews: list(reviews.order_by("-stars")[:2]),
        lambda reviews: list(reviews.values("stars").distinct()),
    ],
)
def test_rows_that_are_there_are_not_prefetched_again(ask: Callable[[Any], object]) -> None:
    finding = finding_of(lambda: [ask(book.reviews) for book in Book.objects.prefetch_related("reviews")])
    assert finding.suggestion is None
    assert finding.advice == BYPASSED
    assert finding.avoidable == 3


def test_what_the_rows_load_eagerly_goes_to_the_prefetch_that_is_there() -> None:
    books = Book.objects.prefetch_related("reviews")
    finding = finding_of(
        lambda: [list(book.reviews.filter(stars=1).select_related("author")) for book in books]
    )
    assert finding.suggestion is None
    assert finding.advice.endswith("; let the prefetch load what this queryset loads eagerly, too")


@pytest.mark.parametrize("prefetch", [Prefetch("reviews", to_attr="all_of_them"), "tags"])
def test_what_another_prefetch_brought_does_not_answer(prefetch: Any) -> None:
    books = Book.objects.prefetch_related(prefetch)
    finding = finding_of(lambda: [list(book.reviews.filter(stars=1)) for book in books.all()])
    assert finding.suggestion == (
        'prefetch_related(Prefetch("reviews", queryset=Review.objects.filter(stars=...), to_attr="..."))'
    )


def test_a_union_is_prefetched_on_its_operands() -> None:
    cheap, dear = Book.objects.filter(price=0), Book.objects.filter(price__gt=0)
    finding = finding_of(lambda: tags_of(cheap.union(dear)))
    assert finding.suggestion == 'prefetch_related("tags")'
    assert finding.advice == "put it on each operand of the union; a combined queryset takes none"
    with pytest.raises(NotSupportedError):
        fixed(finding, cheap.union(dear))
    assert findings_of(lambda: tags_of(fixed(finding, cheap).union(fixed(finding, dear)))) == ()


def test_a_union_is_joined_on_its_operands() -> None:
    cheap, dear = Book.objects.filter(price=0), Book.objects.filter(price__gt=0)
    finding = finding_of(lambda: [book.author.name for book in cheap.union(dear)])
    assert finding.suggestion == 'select_related("author")'
    assert finding.advice == "put it on each operand of the union; a combined queryset takes none"
