"""The shop's slow and fixed ways do the same job, and refuse the same things."""

import pytest

from django_querywatch.testing import assertNoNPlusOne, assertQueriesConstant
from example_project.shop import services
from example_project.shop.exceptions import EmptyBasketError, EmptyOrderError, UnknownProductError
from example_project.shop.factories import (
    OrderFactory,
    OrderItemFactory,
    ProductFactory,
    empty_shop,
    fill_shop,
)
from example_project.shop.models import Customer, Order, OrderItem, Product, Review

pytestmark = pytest.mark.django_db

TOTALS = [services.basket_total, services.basket_total_at_once]
REORDERS = [services.reorder, services.reorder_at_once]


@pytest.mark.parametrize("restock", [services.restock, services.restock_at_once])
def test_restock_puts_more_of_everything_on_the_shelves(restock):
    before = [product.stock for product in ProductFactory.create_batch(3)]
    assert restock(amount=10) == 3
    assert [product.stock for product in Product.objects.order_by("pk")] == [stock + 10 for stock in before]


@pytest.mark.parametrize("reorder", REORDERS)
def test_reorder_copies_the_items_to_a_new_order(reorder):
    order = OrderItemFactory(quantity=3).order
    again = reorder(order)
    assert again.pk != order.pk
    assert again.user == order.user
    assert again.reference == f"S-{again.pk}"
    fields = ("product", "quantity", "unit_price")
    assert list(again.items.values(*fields)) == list(order.items.values(*fields))


@pytest.mark.parametrize("reorder", REORDERS)
def test_an_order_without_items_is_not_placed_again(reorder):
    with pytest.raises(EmptyOrderError):
        reorder(OrderFactory())
    assert Order.objects.count() == 1


@pytest.mark.parametrize("total", TOTALS)
def test_the_same_product_twice_costs_twice(total):
    product = ProductFactory()
    assert total([str(product.pk), str(product.pk)]) == 2 * Product.objects.get().price


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize(
    ("keys", "error"), [([], EmptyBasketError), (["77"], UnknownProductError), (["x"], UnknownProductError)]
)
def test_a_wrong_basket_is_refused(total, keys, error):
    with pytest.raises(error):
        total(keys)


def test_the_fixed_ways_ask_no_more_of_a_larger_shop():
    assertQueriesConstant(ProductFactory, lambda: services.restock_at_once(amount=1))
    assertQueriesConstant(ProductFactory, lambda: services.basket_total_at_once(all_products()))
    order = OrderFactory()
    assertQueriesConstant(
        lambda rows: OrderItemFactory.create_batch(rows, order=order),
        lambda: services.reorder_at_once(order),
    )


@pytest.mark.parametrize(
    "slow",
    [lambda: services.restock(amount=1), lambda: services.basket_total(all_products())],
    ids=["restock", "basket"],
)
def test_the_slow_ways_are_caught(slow):
    ProductFactory.create_batch(5)
    with pytest.raises(AssertionError, match=r"N\+1"), assertNoNPlusOne():
        slow()


@pytest.mark.parametrize("rows", [1, 2, 12])
def test_the_fixed_ways_pass(rows, assert_no_n_plus_one):
    order = OrderFactory()
    OrderItemFactory.create_batch(rows, order=order)
    with assert_no_n_plus_one(potential=True):
        services.restock_at_once(amount=1)
        services.basket_total_at_once(all_products())
        services.reorder_at_once(order)


def all_products():
    return [str(key) for key in Product.objects.values_list("pk", flat=True)]


def test_the_mailing_list_names_everybody_once():
    first = OrderFactory()
    OrderFactory(user=first.user)
    other = OrderFactory()
    assert services.mailing_list(Order.objects.order_by("pk")) == [first.user.email, other.user.email]


def test_the_shop_is_filled_the_same_from_the_same_seed():
    first = snapshot_of_filled_shop()
    assert snapshot_of_filled_shop() == first
    assert {model: len(rows) for model, rows in first.items()} == {
        Customer: 30,
        Product: 40,
        Order: 50,
        OrderItem: 200,
        Review: 60,
    }


def snapshot_of_filled_shop():
    fill_shop()
    rows = {
        Customer: list(Customer.objects.values_list("city", "user__first_name", "user__email")),
        Product: list(Product.objects.order_by("pk").values_list("name", "price", "stock")),
        Order: list(Order.objects.order_by("pk").values_list("reference", "user__username", "placed_at")),
        OrderItem: list(OrderItem.objects.values_list("order__reference", "product__name", "quantity")),
        Review: list(Review.objects.values_list("stars", "text", "author__username")),
    }
    empty_shop()
    return rows
