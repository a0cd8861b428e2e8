"""A related manager that a package made is a relation where a prefetch serves it, and a queryset elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Manager
from django.test.utils import CaptureQueriesContext

from example_project.shop.factories import CategoryFactory, OrderItemFactory, ProductFactory
from example_project.shop.models import OrderItem, Product
from tests.recorded import report_of

pytestmark = pytest.mark.django_db
ROWS = 4
FILE = "/srv/venv/lib/python3.13/site-packages/acme/managers.py"
SOURCE = """
from operator import attrgetter
from django.db.models import F, Manager
from example_project.shop.models import Category

class Labels(Manager):
    def __init__(self, instance):
        super().__init__()
        self.model, self.instance, self.prefetch_cache_name = Category, instance, "labels"

    def get_queryset(self):
        try:
            return self.instance._prefetched_objects_cache["labels"]
        except (AttributeError, KeyError):
            return Category.objects.filter(products=self.instance).order_by("name")

    def get_prefetch_querysets(self, instances, querysets=None):
        rows = Category.objects.filter(products__in=instances).annotate(product_key=F("products__pk"))
        return rows, attrgetter("product_key"), attrgetter("pk"), False, "labels", False

    def names(self):
        return self.get_queryset().values_list("name", flat=True)

    def late(self):
        return Category.objects.filter(products=self.instance, name__gte="").order_by("name")
"""


@pytest.fixture(autouse=True)
def labels(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Product.labels`, as a package's field would make it."""
    names: dict[str, Any] = {"__name__": "acme.managers"}
    exec(compile(SOURCE, FILE, "exec"), names)
    made: type[Manager[Any]] = names["Labels"]
    monkeypatch.setattr(Product, "labels", property(made), raising=False)
    for _ in range(ROWS):
        OrderItemFactory(product=ProductFactory(categories=CategoryFactory.create_batch(2)))


def labels_of_each() -> int:
    return sum(len(product.labels.all()) for product in Product.objects.all())  # type: ignore[attr-defined]


def labels_of_prefetched() -> int:
    return sum(len(product.labels.all()) for product in Product.objects.prefetch_related("labels"))  # type: ignore[misc]


def test_its_rows_are_prefetched() -> None:
    (finding,) = report_of(labels_of_each).findings
    assert (finding.certainty, finding.count) == ("certain", ROWS)
    assert (finding.model, finding.field) == ("shop.Product", "labels")
    assert (finding.root_model, finding.suggestion) == ("shop.Product", 'prefetch_related("labels")')
    assert "Product.objects.all()" in (finding.source or "")


def test_the_fix_cures_it_and_changes_no_row() -> None:
    assert report_of(labels_of_prefetched).findings == ()
    assert labels_of_prefetched() == labels_of_each() == 2 * ROWS


def test_it_is_prefetched_behind_another_relation() -> None:
    items = OrderItem.objects.select_related("product")
    (finding,) = report_of(lambda: [list(item.product.labels.all()) for item in items]).findings  # type: ignore[attr-defined]
    assert (finding.root_model, finding.suggestion) == (
        "shop.OrderItem",
        'prefetch_related("product__labels")',
    )


ASKING_OTHERWISE: list[Callable[[Any], object]] = [
    lambda product: list(product.labels.names()),
    lambda product: list(product.labels.filter(name__startswith="a")),
    lambda product: list(product.labels.all()[:1]),
    lambda product: list(product.labels.order_by("-name")),
    lambda product: product.labels.count(),
    lambda product: list(product.labels.iterator()),
    lambda product: list(product.labels.select_for_update()),
    lambda product: list(product.labels.prefetch_related("products")),
    lambda product: list(product.labels.using("default")),
    lambda product: list(product.labels.extra(select={"one": "1"})),
    lambda product: list(product.labels.late()),
]


@pytest.mark.parametrize("ask", ASKING_OTHERWISE)
def test_what_asks_otherwise_is_told_without_that_fix(ask: Callable[[Any], object]) -> None:
    found = report_of(lambda: [ask(product) for product in Product.objects.all()]).findings
    finding = found[0]
    assert finding.kind == "n_plus_one"
    assert "labels" not in (finding.suggestion or "")


def test_of_one_object_it_is_a_queryset_like_any_other() -> None:
    product = Product.objects.earliest("pk")

    def work() -> None:
        for category in product.labels.all():  # type: ignore[attr-defined]
            list(category.products.all())

    (finding,) = report_of(work).findings
    assert (finding.root_model, finding.suggestion) == ("shop.Category", 'prefetch_related("products")')


ASKING_FIRST = SOURCE.replace(
    "return Category.objects.filter(products=self.instance)",
    "return Category.objects.filter(pk__in=[row.pk for row in Category.objects.filter(products=self.instance)])",
)
RAISING_AT_TIMES = SOURCE.replace(
    "            return Category",
    "            if self.asked: raise RuntimeError\n            self.asked = True\n            return Category",
).replace("class Labels(Manager):", "class Labels(Manager):\n    asked = False\n")


NAMED_OTHERWISE = SOURCE.replace('Category, instance, "labels"', 'Category, instance, ("labels",)')
COUNTING_FIRST = SOURCE.replace(
    "return Category.objects.filter", "self.model.objects.count(); return Category.objects.filter"
)


@pytest.mark.parametrize("source", [ASKING_FIRST, RAISING_AT_TIMES, NAMED_OTHERWISE, COUNTING_FIRST])
def test_a_look_at_its_queryset_asks_nothing_and_raises_nothing(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: dict[str, Any] = {"__name__": "acme.managers"}
    exec(compile(source, FILE, "exec"), names)
    monkeypatch.setattr(Product, "labels", property(names["Labels"]), raising=False)
    with CaptureQueriesContext(connection) as unwatched:
        labels_of_each()
    with CaptureQueriesContext(connection) as watched:
        found = report_of(labels_of_each).findings
    assert len(watched) == len(unwatched)
    assert found
    assert not any("labels" in (finding.suggestion or "") for finding in found)
