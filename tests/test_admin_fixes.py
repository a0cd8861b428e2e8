"""In the admin the fix goes to the list's option or to the class's own queryset, whichever the page asks."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import path

from django_querywatch.records import Finding
from django_querywatch.signals import report_ready
from example_project.shop.factories import OrderFactory, OrderItemFactory
from example_project.shop.models import Order, OrderItem, Product

pytestmark = pytest.mark.django_db
ROWS = 4


class ItemInline(admin.TabularInline):
    model = OrderItem
    fields = readonly_fields = ("name",)
    extra = 0

    def name(self, item: OrderItem) -> str:
        return item.product.name


class FixedItemInline(ItemInline):
    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("product")


class ItemAdmin(admin.ModelAdmin):
    autocomplete_fields = ("order",)


class ListedItemAdmin(ItemAdmin):
    """Its columns read two relations."""

    list_display = ("bought", "by")

    def bought(self, item: OrderItem) -> str:
        return item.product.name

    def by(self, item: OrderItem) -> str:
        return item.order.user.username


class FixedListedItemAdmin(ListedItemAdmin):
    list_select_related = ("order__user", "product")


class WithAnOption(ListedItemAdmin):
    list_select_related = ("product",)


class OrderAdmin(admin.ModelAdmin):
    """Its `__str__()` reads the user."""

    fields = ("reference",)
    search_fields = ("reference",)
    inlines = (ItemInline,)


class FixedOrderAdmin(OrderAdmin):
    inlines = (FixedItemInline,)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("user")


class ListedOrderAdmin(OrderAdmin):
    list_select_related = ("user",)


@pytest.fixture
def reports() -> Iterator[list[Any]]:
    received: list[Any] = []

    def receive(report: Any, **more: Any) -> None:
        received.append(report)

    report_ready.connect(receive)
    yield received
    report_ready.disconnect(receive)


@pytest.fixture
def order() -> Order:
    for made in OrderFactory.create_batch(ROWS):
        OrderItemFactory.create_batch(ROWS, order=made)
    return Order.objects.earliest("pk")


def findings_of(
    options: Any, address: str, settings: Any, reports: list[Any], items: Any = ItemAdmin
) -> list[Finding]:
    site = admin.AdminSite(name="office")
    for model, owner in ((Order, options), (OrderItem, items), (Product, admin.ModelAdmin)):
        site.register(model, owner)
    settings.ROOT_URLCONF = urls = ModuleType("office_urls")
    vars(urls)["urlpatterns"] = [path("office/", site.urls)]
    client = Client()
    client.force_login(User.objects.get_or_create(username="boss", is_staff=True, is_superuser=True)[0])
    reports.clear()
    response = client.get(f"/office/{address}")
    assert response.status_code == 200
    return [found for report in reports for found in report.findings if found.kind == "n_plus_one"]


CHANGE = "shop/order/{pk}/change/"
COMPLETE = "autocomplete/?app_label=shop&model_name=orderitem&field_name=order&term="
LIST = "shop/order/"


@pytest.mark.parametrize(
    ("address", "relation", "fix", "where"),
    [
        (LIST, "user", 'list_select_related = ("user",)', "in OrderAdmin"),
        (
            COMPLETE,
            "user",
            'return super().get_queryset(request).select_related("user")',
            "in get_queryset() of OrderAdmin",
        ),
        (
            CHANGE,
            "product",
            'return super().get_queryset(request).select_related("product")',
            "in get_queryset() of ItemInline",
        ),
    ],
)
def test_the_fix_is_for_the_page_that_asks(
    address: str, relation: str, fix: str, where: str, order: Order, settings: Any, reports: list[Any]
) -> None:
    found = findings_of(OrderAdmin, address.format(pk=order.pk), settings, reports)
    (finding,) = [one for one in found if one.field == relation]
    assert (finding.suggestion, finding.advice) == (fix, where)
    assert str(finding).count(f"fix: {fix}") == 1


@pytest.mark.parametrize(
    ("options", "address", "relation"),
    [
        (ListedOrderAdmin, LIST, "user"),
        (FixedOrderAdmin, COMPLETE, "user"),
        (FixedOrderAdmin, CHANGE, "product"),
    ],
)
def test_the_fix_cures_it(
    options: Any, address: str, relation: str, order: Order, settings: Any, reports: list[Any]
) -> None:
    found = findings_of(options, address.format(pk=order.pk), settings, reports)
    assert [one for one in found if one.field == relation] == []


def test_the_option_of_the_list_does_nothing_elsewhere(
    order: Order, settings: Any, reports: list[Any]
) -> None:
    found = findings_of(ListedOrderAdmin, COMPLETE, settings, reports)
    assert [one.field for one in found] == ["user"]


def test_all_columns_of_a_list_have_one_option(order: Order, settings: Any, reports: list[Any]) -> None:
    found = findings_of(OrderAdmin, "shop/orderitem/", settings, reports, ListedItemAdmin)
    assert {one.path for one in found} == {"order__user", "product"}
    assert {one.suggestion for one in found} == {'list_select_related = ("order__user", "product")'}
    assert findings_of(OrderAdmin, "shop/orderitem/", settings, reports, FixedListedItemAdmin) == []


def test_an_option_that_is_there_is_the_one_to_change(
    order: Order, settings: Any, reports: list[Any]
) -> None:
    (finding,) = findings_of(OrderAdmin, "shop/orderitem/", settings, reports, WithAnOption)
    assert finding.suggestion == 'list_select_related = ("order__user", "product")'
    assert (finding.advice, finding.origin and finding.origin.function) == ("in WithAnOption", "WithAnOption")
