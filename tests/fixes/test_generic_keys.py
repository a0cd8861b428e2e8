"""A generic key of which only some rows were followed may lead to other models: no path is good for these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import prefetch_related_objects

from tests.fixes.models import Author, Book, Remark
from tests.fixes.rows import findings_of, fixed

pytestmark = pytest.mark.django_db
MANY = 12


@pytest.fixture(autouse=True)
def rows(filled: None) -> None:
    Remark.objects.bulk_create(Remark(target=book) for _ in range(MANY // 3) for book in Book.objects.all())


def on_books() -> Any:
    return Remark.objects.filter(kind=ContentType.objects.get_for_model(Book))


def tags_of_books(remarks: Any) -> list[list[str]]:
    return [[tag.name for tag in remark.target.tags.all()] for remark in remarks if remark.key_leads_to_book]


def with_targets(remarks: Any) -> list[Remark]:
    """Those of books alone have it, as a search may leave it."""
    remarks = list(remarks)
    prefetch_related_objects([one for one in remarks if one.key_leads_to_book], "target")
    return remarks


@pytest.mark.parametrize("make", [lambda remarks: remarks, with_targets])
def test_rows_whose_key_was_not_followed_may_lead_to_another_model(
    make: Callable[[Any], Any],
) -> None:
    finding = findings_of(lambda: tags_of_books(make(Remark.objects.all())))[0]
    assert finding.suggestion == (
        'prefetch_related(GenericPrefetch("target", [Book.objects.prefetch_related("tags")]))'
    )
    assert finding.advice is not None
    assert '"target" may lead to other models, too' in finding.advice
    remarks = fixed(finding, Remark.objects.all())
    assert Author in {type(remark.target) for remark in remarks}
    assert findings_of(lambda: tags_of_books(remarks)) == ()
    with pytest.raises((AttributeError, ValueError)):
        list(Remark.objects.prefetch_related("target__tags"))


@pytest.mark.parametrize(
    "make", [lambda remarks: remarks, lambda remarks: remarks.prefetch_related("target")]
)
def test_a_path_is_told_where_all_keys_lead_to_one_model(make: Callable[[Any], Any]) -> None:
    finding = findings_of(lambda: tags_of_books(make(on_books())))[0]
    assert finding.suggestion == 'prefetch_related("target__tags")'
    assert findings_of(lambda: tags_of_books(fixed(finding, on_books()))) == ()
