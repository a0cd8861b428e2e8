"""Objects that no queryset of the recording loaded: no line is named for one, whatever rows lead to the same keys."""

from __future__ import annotations

import pickle
from collections.abc import Iterable

import pytest

from django_querywatch import record
from django_querywatch.reporters.text import render_finding
from tests.fixes.models import Book
from tests.fixes.rows import finding_of

pytestmark = pytest.mark.django_db


def names_of(books: Iterable[Book]) -> list[str]:
    return [book.author.name for book in books]


def kept_and_read() -> None:
    kept = pickle.dumps(list(Book.objects.all()))
    names_of(pickle.loads(kept))


def made_by_hand() -> None:
    names_of(Book(**values) for values in Book.objects.values())


@pytest.mark.parametrize("ask", [kept_and_read, made_by_hand])
def test_what_was_loaded_before_is_not_their_queryset(ask) -> None:
    finding = finding_of(ask)
    assert (finding.origin, finding.root_model, finding.suggestion) == (None, None, None)
    assert finding.advice is not None
    assert finding.advice.startswith("these objects come from no queryset of this recording")
    assert "queryset of" not in render_finding(finding).split("advice:")[0]


def test_nor_is_that_of_what_they_lead_to() -> None:
    books = list(Book.objects.all())
    for book in books:
        book._state._querywatch = None
    with record() as recording:
        names_of(books)
    (finding,) = recording.report().findings
    assert "queryset" not in render_finding(finding).split("advice:")[0]


def test_the_queryset_that_gave_them_is_told() -> None:
    finding = finding_of(lambda: names_of(Book.objects.all()))
    assert finding.origin is not None
    assert finding.suggestion == 'select_related("author")'
