"""A fix names relations as the call takes them: a prefetch by the accessor, joins and filters by the query's name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixes.models import Author, Book, Country
from tests.fixes.rows import finding_of, findings_of, fixed

pytestmark = pytest.mark.django_db


def authors() -> Any:
    return Author.objects.order_by("pk")


def test_rows_are_matched_by_the_field_that_the_key_refers_to() -> None:
    finding = finding_of(lambda: [country.cities.exists() for country in Country.objects.order_by("pk")])
    assert finding.suggestion == 'annotate(has_cities=Exists(City.objects.filter(country=OuterRef("code"))))'
    countries = fixed(finding, Country.objects.order_by("pk"))
    assert [country.has_cities for country in countries] == [False, True, True]


def test_the_same_over_a_path() -> None:
    finding = finding_of(
        lambda: [
            book.author.country.cities.exists() for book in Book.objects.select_related("author__country")
        ]
    )
    books = fixed(finding, Book.objects.order_by("pk"))
    assert 'OuterRef("author__country__code")' in finding.suggestion
    assert [book.has_cities for book in books] == [False, True, True]


@pytest.mark.parametrize("name", ["fans", "friends"])
def test_what_no_filter_can_name_is_prefetched(name: str) -> None:
    def ask(authors: Any) -> list:
        return [getattr(author, name).exists() for author in authors]

    finding = finding_of(lambda: ask(authors()))
    assert finding.suggestion == f'prefetch_related("{name}")'
    assert ask(fixed(finding, authors())) == ask(authors())


def test_it_can_be_counted() -> None:
    finding = finding_of(lambda: [author.fans.count() for author in authors()])
    assert [author.fans_count for author in fixed(finding, authors())] == [0, 1, 2]


def test_a_join_takes_the_name_for_queries() -> None:
    finding = finding_of(lambda: [author.badge.text for author in authors()])
    assert finding.suggestion == 'select_related("medal")'
    assert finding.path == "badge"
    assert [author.badge.text for author in fixed(finding, authors())] == ["gold"] * 3


def test_the_names_hold_over_a_path_and_one_fix_cures_it() -> None:
    finding = finding_of(lambda: [book.author.badge.text for book in Book.objects.all()])
    assert (finding.suggestion, finding.path) == ('select_related("author__medal")', "author__badge")
    assert finding.also == ("fixes.Book.author",)
    assert findings_of(lambda: [book.author.badge.text for book in fixed(finding, Book.objects.all())]) == ()
