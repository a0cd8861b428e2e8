"""No join leads from one database to another: a prefetch does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixes.models import Author, Book
from tests.fixes.rows import finding_of, findings_of, fixed

pytestmark = pytest.mark.django_db(databases=["default", "other"])


class AuthorsElsewhere:
    def db_for_read(self, model: type, **hints: object) -> str | None:
        return {Author: "other", Book: "default"}.get(model)

    def allow_relation(self, one: object, other: object, **hints: object) -> bool:
        return True


@pytest.fixture(autouse=True)
def rows(settings: Any, filled: None) -> None:
    for author in Author.objects.select_related("country"):
        author.country.save(using="other", force_insert=True)
        author.save(using="other", force_insert=True)
    settings.DATABASE_ROUTERS = [f"{__name__}.AuthorsElsewhere"]


def test_a_key_to_another_database_is_prefetched() -> None:
    def ask(books: Any) -> list:
        return [book.author.name for book in books]

    finding = finding_of(lambda: ask(Book.objects.all()))
    assert finding.alias == "other"
    assert finding.suggestion == 'prefetch_related("author")'
    assert findings_of(lambda: ask(fixed(finding, Book.objects.all()))) == ()


@pytest.mark.parametrize(
    ("ask", "call"),
    [
        (lambda author: author.books.count(), 'prefetch_related("books")'),
        (lambda author: author.books.exists(), 'prefetch_related("books")'),
        (lambda author: len(author.books.all()), 'prefetch_related("books")'),
        (
            lambda author: author.books.filter(price=1).exists(),
            'prefetch_related(Prefetch("books", queryset=Book.objects.filter(price=...), to_attr="..."))',
        ),
    ],
)
def test_rows_of_another_database_are_not_annotated(ask: Callable[[Author], object], call: str) -> None:
    finding = finding_of(lambda: [ask(author) for author in Author.objects.all()])
    assert (finding.alias, finding.suggestion) == ("default", call)


def test_what_lies_in_the_roots_own_database_is_joined() -> None:
    finding = finding_of(lambda: [author.country.code for author in Author.objects.all()])
    assert (finding.alias, finding.suggestion) == ("other", 'select_related("country")')


def test_a_relation_sent_to_a_database_by_name_is_no_plain_one() -> None:
    finding = finding_of(lambda: [list(book.reviews.using("other")) for book in Book.objects.all()])
    assert finding.suggestion is None
    finding = finding_of(lambda: [list(book.reviews.all()) for book in Book.objects.using("default")])
    assert finding.suggestion == 'prefetch_related("reviews")'


def test_a_generic_relation_names_its_objects_database_by_itself() -> None:
    finding = finding_of(lambda: [list(book.remarks.all()) for book in Book.objects.all()])
    assert finding.suggestion == 'prefetch_related("remarks")'
    finding = finding_of(lambda: [book.remarks.count() for book in Book.objects.all()])
    assert finding.suggestion == 'annotate(remarks_count=Count("remarks", distinct=True))'
