"""One line that builds the querysets of several models, as a search does: each has relations of its own."""

from __future__ import annotations

import pytest

from django_querywatch import record
from django_querywatch.records import Finding
from example_project.shop.factories import OrderFactory, OrderItemFactory, ReviewFactory
from example_project.shop.models import OrderItem, Review

pytestmark = pytest.mark.django_db
REVIEWS, ITEMS = 3, 4
MODELS = [Review, OrderItem]


@pytest.fixture(autouse=True)
def shop() -> None:
    ReviewFactory.create_batch(REVIEWS)
    OrderItemFactory.create_batch(ITEMS, order=OrderFactory.create())


def search(models: list[type[Review] | type[OrderItem]], with_fix: type | None = None) -> list[Finding]:
    with record() as recording:
        for model in models:
            rows = model.objects.filter(pk__gt=0)
            for row in rows.select_related("product") if model is with_fix else rows:
                assert row.product.name
    report = recording.report()
    assert not report.failed
    return sorted(report.findings, key=lambda finding: finding.model or "")


def test_each_model_has_a_finding() -> None:
    items, reviews = search(MODELS)
    assert (items.root_model, items.model, items.count) == ("shop.OrderItem", "shop.OrderItem", ITEMS)
    assert (reviews.root_model, reviews.model, reviews.count) == ("shop.Review", "shop.Review", REVIEWS)
    assert items.suggestion == reviews.suggestion == 'select_related("product")'
    assert items.id != reviews.id


@pytest.mark.parametrize("with_fix", MODELS)
def test_the_fix_of_one_leaves_the_other(with_fix: type) -> None:
    (finding,) = search(MODELS, with_fix)
    assert finding.count == (ITEMS if with_fix is Review else REVIEWS)


def test_a_model_that_is_searched_twice_has_one_finding() -> None:
    (finding,) = (found for found in search([Review, Review]) if found.kind == "n_plus_one")
    assert finding.count == 2 * REVIEWS


def test_each_model_that_is_saved_at_one_line_has_a_finding() -> None:
    with record() as recording:
        for model in MODELS:
            for row in model.objects.all():
                row.save()
    found = {finding.model: finding.count for finding in recording.report().findings}
    assert found == {"shop.OrderItem": ITEMS, "shop.Review": REVIEWS}
