"""What the shop does. Slow and fixed ways of one job stand side by side."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from example_project.shop.exceptions import EmptyBasketError, EmptyOrderError, UnknownProductError
from example_project.shop.models import Order, OrderItem, Product


def mailing_list(orders: Iterable[Order]) -> list[str]:
    """Return the addresses of all who ordered, each once."""
    addresses = []
    for order in orders:
        if order.user.email not in addresses:
            addresses.append(order.user.email)
    return addresses


class Line:
    """A file to write to that hands back what it is given."""

    def write(self, text: str) -> str:
        return text


def order_rows(orders: Iterable[Order]) -> Iterator[str]:
    """Yield the lines of the export one by one."""
    writer = csv.writer(Line())
    yield writer.writerow(["reference", "email", "status"])
    for order in orders:
        yield writer.writerow([order.reference, order.user.email, order.status])


def basket_total(keys: Sequence[str]) -> Decimal:
    if not keys:
        raise EmptyBasketError("The basket is empty. Add ?product=<id>.")
    total = Decimal(0)
    for key in keys:
        try:
            product = Product.objects.get(pk=key)
        except (Product.DoesNotExist, ValueError):
            raise UnknownProductError(f"There is no product {key}.") from None
        total += product.price
    return total


def basket_total_at_once(keys: Sequence[str]) -> Decimal:
    if not keys:
        raise EmptyBasketError("The basket is empty. Add ?product=<id>.")
    try:
        products = Product.objects.in_bulk([int(key) for key in keys])
        return sum((products[int(key)].price for key in keys), Decimal(0))
    except (KeyError, ValueError):
        raise UnknownProductError("The basket names a product that does not exist.") from None


def restock(amount: int) -> int:
    """Put more of everything on the shelves; return how many products that were."""
    products = Product.objects.all()
    for product in products:
        product.stock += amount
        product.save()
    return len(products)


def restock_at_once(amount: int) -> int:
    products = Product.objects.all()
    for product in products:
        product.stock += amount
    return Product.objects.bulk_update(products, ["stock"])


@transaction.atomic
def reorder(order: Order) -> Order:
    """Place the same order again."""
    again = copy_of(order)
    for item in order.items.all():
        OrderItem.objects.create(
            order=again, product_id=item.product_id, quantity=item.quantity, unit_price=item.unit_price
        )
    return again


@transaction.atomic
def reorder_at_once(order: Order) -> Order:
    again = copy_of(order)
    OrderItem.objects.bulk_create(
        OrderItem(order=again, product_id=item.product_id, quantity=item.quantity, unit_price=item.unit_price)
        for item in order.items.all()
    )
    return again


def copy_of(order: Order) -> Order:
    if not order.items.exists():
        raise EmptyOrderError(f"{order.reference} has no items to order again.")
    again = Order.objects.create(user_id=order.user_id, placed_at=timezone.now())
    again.reference = f"S-{again.pk}"
    again.save(update_fields=["reference"])
    return again
