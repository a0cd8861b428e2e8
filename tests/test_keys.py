"""Two tables that both count from one: a number found in the rows of one is no key of the other."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Model
from django.test.utils import isolate_apps

from django_querywatch import record
from django_querywatch.capture.keys import may_be_key_of, models_asked_by_key
from django_querywatch.capture.places import source_line
from django_querywatch.records import Finding
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Category, Customer, Order, OrderItem, Product

pytestmark = pytest.mark.django_db

with isolate_apps("tests"):

    class Person(models.Model):
        class Meta:
            app_label = "tests"

    class Profile(models.Model):
        person = models.OneToOneField(Person, models.CASCADE, primary_key=True)

        class Meta:
            app_label = "tests"

    class Badge(models.Model):
        profile = models.ForeignKey(Profile, models.CASCADE)

        class Meta:
            app_label = "tests"


def make(rows: int) -> str:
    """Rows of both models with the same keys, and these keys as a request would bring them."""
    keys = range(1, rows + 1)
    Category.objects.bulk_create(Category(pk=key, name=f"category {key}") for key in keys)
    Product.objects.bulk_create(Product(pk=key, name=f"product {key}", price=1) for key in keys)
    return json.dumps(list(keys))


def findings_behind(rows_of: type[Model], keys: Iterable[int]) -> tuple[Finding, ...]:
    with record() as recording:
        list(rows_of._default_manager.all())
        for key in keys:
            Product.objects.get(pk=key)
    return recording.report().findings


def test_one_row_of_another_model_is_not_what_the_loop_goes_over() -> None:
    assert findings_behind(Category, json.loads(make(1))) == ()


def test_one_row_of_the_same_model_is() -> None:
    (finding,) = findings_behind(Product, json.loads(make(1)))
    assert finding.kind == "potential_n_plus_one"


def test_what_an_object_beside_the_only_row_leads_to_is_not_led_to_by_the_row() -> None:
    customer = Customer(user_id=OrderFactory().user_id, city="")
    with record() as recording:
        owned = [order.user_id == customer.user.pk for order in Order.objects.all()]
    assert owned == [True]
    assert recording.report().findings == ()


def test_a_permission_asked_for_beside_the_only_row_is_not_led_to_by_the_row() -> None:
    user = OrderFactory().user
    with record() as recording:
        for _order in Order.objects.all():
            user.has_perm("shop.change_order")
    assert recording.report().findings == ()


def test_what_is_asked_by_a_key_of_the_only_row_is_led_to_by_it() -> None:
    OrderFactory()
    with record() as recording:
        for each in Order.objects.all():
            User.objects.get(pk=each.user_id)
    (finding,) = recording.report().findings
    assert finding.kind == "potential_n_plus_one"


@pytest.mark.parametrize("parts", ['["product 1"]', '[{"name": "product 1"}]', '[["product 1", 2]]'])
def test_a_loop_over_something_else_does_not_go_over_the_only_row(parts: str) -> None:
    make(1)
    with record() as recording:
        (category,) = Category.objects.all()
        for _part in json.loads(parts):
            Product.objects.filter(categories=category.pk).first()
    assert recording.report().findings == ()


@pytest.mark.parametrize("parts", ["[%d]", '[{"key": %d}]', "[[%d, 2]]"])
def test_a_loop_over_what_holds_its_key_does(parts: str) -> None:
    make(1)
    with record() as recording:
        (category,) = Category.objects.all()
        for _part in json.loads(parts % category.pk):
            Product.objects.filter(categories=category.pk).first()
    assert [finding.kind for finding in recording.report().findings] == ["potential_n_plus_one"]


def test_rows_of_another_model_are_no_queryset_to_change() -> None:
    (finding,) = findings_behind(Category, json.loads(make(3)))
    assert finding.kind == "n_plus_one"
    assert finding.origin == finding.location


def test_a_foreign_key_is_a_key_of_the_model_it_leads_to() -> None:
    make(3)
    order = OrderFactory()
    OrderItem.objects.bulk_create(
        OrderItem(order=order, product_id=key, quantity=1, unit_price=1) for key in (1, 2, 3)
    )
    with record() as recording:
        keys = [item.product_id for item in OrderItem.objects.all()]
        for key in keys:
            Product.objects.get(pk=key)
    (finding,) = recording.report().findings
    assert finding.certainty == "certain"
    assert finding.origin != finding.location


def test_keys_of_an_order_lead_to_no_product() -> None:
    keys = json.loads(make(3))
    OrderFactory.create_batch(3)
    (finding,) = findings_behind(Order, keys)
    assert finding.origin == finding.location


def test_a_value_deep_in_a_subquery_leads_from_no_single_row() -> None:
    make(1)
    with record() as recording:
        (category,) = Category.objects.all()
        for _place in json.loads('["header"]'):
            told = Product.objects.filter(categories__name=category.name)
            Product.objects.exclude(pk__in=told.values("pk")).exists()
    assert recording.report().findings == ()


@pytest.mark.parametrize(
    ("model", "name"), [(Badge, "profile_id"), (Profile, "person_id"), (Person, "id")], ids=str
)
@pytest.mark.parametrize(
    ("asked", "condition"), [(Profile, {"pk": 1}), (Person, {"pk": 1}), (Badge, {"profile_id": 1})], ids=str
)
def test_where_a_relation_is_the_primary_key_one_number_is_the_key_of_all(model, name, asked, condition):
    models_asked = models_asked_by_key(asked._base_manager.filter(**condition).query)
    assert models_asked
    assert may_be_key_of(model, name, models_asked)
    assert not may_be_key_of(Badge, "id", models_asked)


def test_a_row_that_stands_still_while_others_are_asked_for_leads_to_none_of_them() -> None:
    keys = json.loads(make(4))
    item = OrderItem.objects.create(order=OrderFactory(), product_id=keys[0], quantity=1, unit_price=1)
    with record() as recording:
        items = list(OrderItem.objects.filter(order=item.order_id))
        for key in keys:
            for _item in items:
                Product.objects.get(pk=key)
    (finding,) = recording.report().findings
    assert (finding.certainty, finding.count, finding.suggestion) == ("likely", len(keys), "in_bulk(...)")
    assert finding.origin is not None
    assert "Product" in (source_line(finding.origin) or "")


def test_attempts_until_something_is_free_go_over_no_rows() -> None:
    make(2)
    with record() as recording:
        (category,) = Category.objects.filter(pk__lt=2)
        number = 1
        while Product.objects.filter(categories=category.pk, name=f"product {number}").exists():
            number += 1
    assert recording.report().findings == ()
