"""The queries that a fix is said to leave are those that it leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType

from tests.fixes.models import Author, Book, Remark, Review
from tests.fixes.rows import finding_of, fixed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rows(filled: None) -> None:
    ContentType.objects.get_for_models(Author, Book)


@pytest.mark.parametrize(
    ("model", "ask"),
    [
        (Book, lambda book: [friend.name for friend in book.author.friends.all()]),
        (Review, lambda review: [tag.name for tag in review.book.tags.all()]),
        (Review, lambda review: [city.name for city in review.author.country.cities.all()]),
        (Book, lambda book: [review.author.country.code for review in book.reviews.all()]),
        (Book, lambda book: book.author.country.code),
        (Book, lambda book: [page.number for page in book.pages.all()]),
        (Remark, lambda remark: remark.target.pk),
        (
            Remark,
            lambda remark: remark.target.author.country.code if remark.key_leads_to_book else remark.target,
        ),
        (
            Remark,
            lambda remark: (
                [tag.name for tag in remark.target.tags.all()]
                if remark.key_leads_to_book
                else remark.target.pk
            ),
        ),
    ],
)
def test_each_hop_and_each_model_takes_a_query(
    model: Any, ask: Callable[[Any], object], django_assert_num_queries: Any
) -> None:
    finding = finding_of(lambda: [ask(row) for row in model.objects.all()])
    assert finding.avoidable
    with django_assert_num_queries(finding.queries_after):
        [ask(row) for row in fixed(finding, model.objects.all())]
