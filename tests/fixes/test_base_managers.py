"""A relation whose base manager leaves rows out is prefetched: a join would bring those, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from tests.fixes.models import Book, Copy, Country, Label, Shelf
from tests.fixes.rows import finding_of, findings_of, fixed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rows(filled: None) -> None:
    books, countries = list(Book.objects.order_by("pk")), list(Country.objects.all())
    for number, (book, country) in enumerate(zip(books, countries, strict=True)):
        shelf = Shelf.everything.create(name=f"shelf {number}", is_hidden=number == 1, country=country)
        copy = Copy.objects.create(book=book, shelf=shelf)
        Label.objects.create(copy=copy, text=f"label {number}", is_hidden=number == 2, country=country)


def copies() -> Any:
    return Copy.objects.order_by("pk")


def name_of_shelf(copy: Copy) -> str | None:
    try:
        return copy.shelf.name
    except ObjectDoesNotExist:
        return None


def text_of_label(copy: Copy) -> str | None:
    try:
        return copy.label.text
    except ObjectDoesNotExist:
        return None


def code_of_shelf(copy: Copy) -> str | None:
    try:
        return copy.shelf.country.code
    except ObjectDoesNotExist:
        return None


@pytest.mark.parametrize(
    ("ask", "call"),
    [
        (name_of_shelf, 'prefetch_related("shelf")'),
        (text_of_label, 'prefetch_related("label")'),
        (code_of_shelf, 'prefetch_related("shelf__country")'),
    ],
)
def test_what_it_hides_stays_hidden(ask: Callable[[Copy], str | None], call: str) -> None:
    finding = finding_of(lambda: [ask(copy) for copy in copies()])
    assert finding.suggestion == call
    told = [ask(copy) for copy in copies()]
    assert None in told
    assert [ask(copy) for copy in fixed(finding, copies())] == told
    assert findings_of(lambda: [ask(copy) for copy in fixed(finding, copies())]) == ()


def test_what_hides_nothing_is_joined() -> None:
    assert finding_of(lambda: [copy.book.title for copy in copies()]).suggestion == 'select_related("book")'
