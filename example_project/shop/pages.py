"""The pages with an N+1, each with its fixed twin: for the front page, the demo and the tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse

from example_project.shop.models import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    title: str
    route: str
    """Name of the page's URL pattern."""
    fixed_route: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    query: Callable[[], Mapping[str, list[int]]] = dict
    method: str = "GET"
    is_async: bool = False

    @property
    def url(self) -> str:
        return self.address(self.route)

    @property
    def fixed_url(self) -> str:
        return self.address(self.fixed_route)

    def address(self, route: str) -> str:
        query = urlencode(self.query(), doseq=True)
        return reverse(route, kwargs=self.arguments) + (f"?{query}" if query else "")


def five_products() -> dict[str, list[int]]:
    return {"product": list(Product.objects.values_list("pk", flat=True)[:5])}


PAGES = (
    Page(
        title="Orders, with the e-mail of who ordered", route="shop:orders", fixed_route="shop:orders-fixed"
    ),
    Page(
        title="One order, with its products",
        route="shop:order",
        fixed_route="shop:order-fixed",
        arguments={"reference": "S-1"},
    ),
    Page(
        title="Picking list: orders, items, products", route="shop:picking", fixed_route="shop:picking-fixed"
    ),
    Page(title="Mailing list, made in Python", route="shop:mailing", fixed_route="shop:mailing-fixed"),
    Page(title="Export, streamed as CSV", route="shop:export", fixed_route="shop:export-fixed"),
    Page(
        title="Parcels, in an async view",
        route="shop:parcels",
        fixed_route="shop:parcels-fixed",
        is_async=True,
    ),
    Page(title="Products, with their reviews", route="shop:products", fixed_route="shop:products-fixed"),
    Page(
        title="Catalogue: products and categories", route="shop:catalogue", fixed_route="shop:catalogue-fixed"
    ),
    Page(title="Categories, with a count", route="shop:categories", fixed_route="shop:categories-fixed"),
    Page(title="Reviews, in an included template", route="shop:reviews", fixed_route="shop:reviews-fixed"),
    Page(
        title="Basket, one get() a product",
        route="shop:basket",
        fixed_route="shop:basket-fixed",
        query=five_products,
    ),
    Page(title="Orders, as an API", route="shop:api-orders", fixed_route="shop:api-orders-fixed"),
    Page(
        title="Customers, in the admin",
        route="admin:shop_customer_changelist",
        fixed_route="admin:shop_customerwithuser_changelist",
    ),
    Page(
        title="Restock: one UPDATE a product",
        route="shop:restock",
        fixed_route="shop:restock-fixed",
        method="POST",
    ),
    Page(
        title="Order again: one INSERT an item",
        route="shop:reorder",
        fixed_route="shop:reorder-fixed",
        arguments={"reference": "S-1"},
        method="POST",
    ),
)
