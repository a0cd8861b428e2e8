"""Objects that a query each has found: what a call on it saves, and what remains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.fixes.models import Author, Book
from tests.fixes.rows import ROWS, findings_of

pytestmark = pytest.mark.django_db
TOGETHER = "fetch the Book objects together"


def keys_of(model: Any) -> list[int]:
    return list(model.objects.values_list("pk", flat=True))


def names_of(keys: Sequence[int]) -> list[str]:
    return [Book.objects.get(pk=key).author.name for key in keys]


def numbers_of(keys: Sequence[int]) -> list[int]:
    return [Book.objects.get(pk=key).reviews.count() for key in keys]


def tags_of(keys: Sequence[int]) -> list[list[str]]:
    return [[tag.name for tag in Book.objects.get(pk=key).tags.all()] for key in keys]


def authors_by_one_book(book: Book, keys: Sequence[int]) -> list[str]:
    names = []
    for key in keys:
        book.author_id = key
        names.append(book.author.name)
    return names


@pytest.mark.parametrize(
    ("ask", "call"),
    [
        (names_of, 'select_related("author")'),
        (numbers_of, 'annotate(reviews_count=Count("reviews", distinct=True))'),
    ],
)
def test_a_call_that_each_query_takes_leaves_these(ask: Any, call: str) -> None:
    keys = keys_of(Book)
    finding = next(one for one in findings_of(lambda: ask(keys)) if one.path)
    assert finding.suggestion == call
    assert (finding.queries_before, finding.queries_after) == (2 * ROWS, ROWS)
    assert f"{TOGETHER} as well: their own queries, one for each, remain" in (finding.advice or "")


def test_a_prefetch_is_for_objects_that_are_fetched_together() -> None:
    keys = keys_of(Book)
    finding = next(one for one in findings_of(lambda: tags_of(keys)) if one.path)
    assert finding.suggestion == 'prefetch_related("tags")'
    assert finding.advice == f"{TOGETHER} first: with a query for each of them, it saves nothing"
    assert (finding.queries_before, finding.queries_after) == (ROWS + 1, 2)


def test_no_join_is_told_for_one_object_with_other_keys() -> None:
    keys = keys_of(Author)

    def ask() -> None:
        authors_by_one_book(Book.objects.get(pk=keys_of(Book)[0]), keys)

    findings = [one for one in findings_of(ask) if one.field == "author"]
    assert [(one.suggestion, one.path) for one in findings] == [(None, "author")]
    assert findings[0].advice is not None
    assert findings[0].advice.startswith("one object is given another key each time")
