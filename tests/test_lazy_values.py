"""A lazy value that a call wakes, such as `request.user`: its queries are its own, not those of the call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.utils.functional import SimpleLazyObject

from django_querywatch import record
from example_project.shop.factories import OrderFactory, ProductFactory, UserFactory
from example_project.shop.models import Order, Product, Review

pytestmark = pytest.mark.django_db
ROWS = 4


@pytest.fixture
def user() -> SimpleLazyObject:
    """As the middleware of `django.contrib.auth` makes it: no line of the project stands between."""
    OrderFactory.create_batch(ROWS)
    ProductFactory.create_batch(ROWS)
    return SimpleLazyObject(partial(User.objects.get, pk=UserFactory.create().pk))


def create(user: User) -> None:
    for product in Product.objects.all():
        Review.objects.create(product=product, author=user, stars=1)


def get_or_create(user: User) -> None:
    for product in Product.objects.all():
        Review.objects.get_or_create(product=product, author=user, defaults={"stars": 1})


def update_or_create(user: User) -> None:
    for product in Product.objects.all():
        Review.objects.update_or_create(product=product, author=user, defaults={"stars": 1})


def update(user: User) -> None:
    for order in Order.objects.all():
        Order.objects.filter(pk=order.pk).update(user=user)


@pytest.mark.parametrize(
    ("write", "count", "model", "call"),
    [
        (create, ROWS, "shop.Review", "bulk_create(objects)"),
        # They look first: that SELECT is their own.
        (get_or_create, 2 * ROWS, "shop.Review", None),
        (update_or_create, 2 * ROWS, "shop.Review", None),
        (update, ROWS, "shop.Order", "bulk_update(objects, fields)"),
    ],
)
def test_a_write_does_not_take_in_what_it_wakes(
    user: User, write: Callable[[User], None], count: int, model: str, call: str | None
) -> None:
    with record() as recording:
        write(user)
    report = recording.report()
    assert not report.failed
    (finding,) = report.findings
    assert finding.kind == "n_plus_one_write"
    assert (finding.model, finding.count) == (model, count)
    assert finding.suggestion == call
    assert "auth_user" not in (finding.sql or "")


def test_several_of_them_are_not_the_write(user: User) -> None:
    users = [SimpleLazyObject(partial(User.objects.get, pk=user.pk)) for _ in Order.objects.all()]
    with record() as recording:
        for product, each in zip(Product.objects.all(), users, strict=True):
            Review.objects.create(product=product, author=each, stars=1)  # type: ignore[misc]
    (write,) = recording.report().of_kind("n_plus_one_write")
    assert write.count == ROWS
