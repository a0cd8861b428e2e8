"""Rows of all these models, and what is reported of a loop over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models

from django_querywatch.records import Finding
from tests.fixes.models import Author, Badge, Book, City, Country, Page, Remark, Review, Tag
from tests.recorded import report_of

ROWS = 3


def fill() -> None:
    """Several of everything, in numbers that differ from row to row."""
    tags = [Tag.objects.create(name=f"tag {n}") for n in range(ROWS)]
    for number in range(ROWS):
        country = Country.objects.create(code=f"c{number}")
        for one in range(number):
            City.objects.create(name=f"city {one}", country=country)
        author = Author.objects.create(name=f"author {number}", country=country)
        author.fans.set(tags[:number])
        author.friends.set(Author.objects.exclude(pk=author.pk)[:1])
        Badge.objects.create(author=author, text="gold")
        book = Book.objects.create(title=f"book {number}", price=number, author=author)
        book.tags.set(tags[: number + 1])
        Remark.objects.create(target=book)
        Remark.objects.create(target=author)
        for stars in range(number + 2):
            Review.objects.create(book=book, author=author, stars=stars)
            Page.everything.create(book=book, number=stars, is_hidden=stars == 1)


def books() -> Any:
    return Book.objects.order_by("pk")


def findings_of(work: Callable[[], object]) -> tuple[Finding, ...]:
    return report_of(work).findings


def finding_of(work: Callable[[], object]) -> Finding:
    (finding,) = findings_of(work)
    return finding


def fixed(finding: Finding, queryset: Any) -> Any:
    """The root queryset with the printed call."""
    names = {name: value for name, value in vars(models).items() if not name.startswith("_")}
    names |= {model.__name__: model for model in (Author, Book, City, Page, Review, Tag)}
    return eval(
        f"queryset.{finding.suggestion}", {**names, "GenericPrefetch": GenericPrefetch, "queryset": queryset}
    )
