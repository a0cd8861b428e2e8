"""Checks that cost more than they need."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from example_project.shop.models import Order


def counted(request: HttpRequest | None = None) -> str:
    if Order.objects.filter(status="new").count():
        return "some"
    return "none"


def compared(request: HttpRequest | None = None) -> str:
    orders = Order.objects.all()
    return "some" if orders.count() > 0 else "none"


def compared_backwards(request: HttpRequest | None = None) -> bool:
    orders = Order.objects.all()
    return 1 <= orders.count()  # noqa: SIM300 - written like this, too


def none_there(request: HttpRequest | None = None) -> bool:
    orders = Order.objects.all()
    is_empty = orders.count() == 0
    return is_empty  # noqa: RET504 - an assignment, too


def negated(request: HttpRequest | None = None) -> bool:
    orders = Order.objects.all()
    return not orders.count()


def one_of_two(request: HttpRequest | None = None) -> str:
    orders = Order.objects.all()
    if request is None and orders.count():
        return "some"
    return "none"


def over_lines(request: HttpRequest | None = None) -> bool:
    return bool(
        Order.objects.filter(status="new")
        .order_by("reference")
        .count()
    )  # fmt: skip


def of_a_relation(request: HttpRequest | None = None) -> str:
    order = Order.objects.get()
    return "some" if order.items.count() > 0 else "none"


def asked_before_loading(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.filter(reference__startswith="S")
    found = []
    if orders.exists():
        for order in orders:
            found.append(order.reference)
    return found


def counted_before_loading(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.select_related("user")
    if orders.count() > 0:
        return [f"{order.reference} {order.user.email}" for order in orders]
    return []


def something_first(request: HttpRequest | None = None) -> list[str]:
    orders = Order.objects.all()
    if orders.exists():
        found: list[str] = []
        for order in orders:
            found.append(order.reference)
        return found
    return []


def _rendered(name: str) -> str:
    return render_to_string(f"checks/{name}.html", {"orders": Order.objects.all()})


def template_counted(request: HttpRequest | None = None) -> Any:
    return _rendered("counted")


def template_compared(request: HttpRequest | None = None) -> Any:
    return _rendered("compared")


def template_none(request: HttpRequest | None = None) -> Any:
    return _rendered("none")


def template_loaded(request: HttpRequest | None = None) -> Any:
    return _rendered("loaded")
