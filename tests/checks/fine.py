"""Checks that cost what they need, and lines of which it is not known."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.loader import render_to_string

from example_project.shop.models import Order


def exists(request: HttpRequest | None = None) -> str:
    return "some" if Order.objects.exists() else "none"


def itself(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.all()
    if orders:
        return [order.reference for order in orders]
    return []


def number_shown(request: HttpRequest | None = None) -> str:
    return f"{Order.objects.count()} orders"


def number_kept(request: HttpRequest | None = None) -> int:
    number = Order.objects.count()
    if number:
        return number
    return 0


def number_kept_in_the_test(request: HttpRequest | None = None) -> int:
    if number := Order.objects.count():
        return number
    return 0


def number_or_none(request: HttpRequest | None = None) -> int:
    return Order.objects.count() or 0


def number_asked_again(request: HttpRequest | None = None) -> str:
    """A duplicate: kept in a variable, the number is asked for once."""
    orders = Order.objects.all()
    return f"{orders.count()} orders" if orders.count() > 0 else "none"


def more_than_one(request: HttpRequest | None = None) -> bool:
    return Order.objects.count() > 1


def as_many(request: HttpRequest | None = None) -> bool:
    return Order.objects.count() == Order.objects.filter(reference__startswith="S").count()


def between(request: HttpRequest | None = None) -> bool:
    return 0 < Order.objects.count() < 5


def already_loaded(request: HttpRequest | None = None) -> bool:
    orders = Order.objects.all()
    list(orders)
    return orders.count() > 0


class Basket:
    """Its `count()` is its own."""

    def count(self) -> int:
        return len(Order.objects.values_list("pk"))


def of_something_else(request: HttpRequest | None = None) -> bool:
    return Basket().count() > 0


def of_a_paginator(request: HttpRequest | None = None) -> bool:
    return Paginator(Order.objects.all(), 5).count > 0


def others_loaded(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.all()
    if orders.exists():
        return [order.reference for order in orders.filter(status="new")]
    return []


def another_queryset_of_the_name(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.all()
    if orders.exists():
        orders = Order.objects.all()
        return [order.reference for order in orders]
    return []


def written_in_between(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.all()
    if orders.exists():
        Order.objects.filter(reference="S-0").delete()
        return [order.reference for order in orders]
    return []


def on_a_condition(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.all()
    if orders.exists():  # noqa: SIM102 - that is the point
        if request is None:
            return [order.reference for order in orders]
    return []


def loaded_by_a_conditional(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.all()
    if orders.exists():
        return [] if request is not None else [order.reference for order in orders]
    return []


def loaded_when_there_are_none(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.filter(reference="none")
    if not orders.exists():
        return [order.reference for order in orders]
    return []


def one_by_one(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.all()
    if orders.exists():
        return [order.reference for order in orders.iterator()]
    return []


def exists_alone(request: HttpRequest | None = None) -> str:
    orders = Order.objects.all()
    if orders.exists():
        return "some"
    return "none"


def _rendered(name: str, **context: Any) -> str:
    return render_to_string(f"checks/{name}.html", {"orders": Order.objects.all(), **context})


def template_number(request: HttpRequest | None = None) -> str:
    return _rendered("number")


def template_number_asked_again(request: HttpRequest | None = None) -> str:
    return _rendered("number_again")


def template_exists(request: HttpRequest | None = None) -> str:
    return _rendered("exists")


def template_itself(request: HttpRequest | None = None) -> str:
    return _rendered("itself")


def template_of_a_paginator(request: HttpRequest | None = None) -> str:
    return _rendered("counted", orders=Paginator(Order.objects.all(), 5))


def template_of_a_function(request: HttpRequest | None = None) -> str:
    """Each look at it makes another queryset: it would be loaded twice."""
    return _rendered("exists_and_loaded", orders=lambda: Order.objects.all())


def template_of_a_relation(request: HttpRequest | None = None) -> str:
    """`order.items.all` is another queryset each time."""
    return _rendered("relation", order=Order.objects.get())


def template_more_than_one(request: HttpRequest | None = None) -> str:
    return _rendered("more")
