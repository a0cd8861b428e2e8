"""Every N+1 page of the shop is named with relation, line, queryset and fix; its fixed twin is silent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.html import escape

from django_querywatch.records import Finding, Frame
from example_project.shop.factories import OrderFactory, empty_shop, fill_shop
from example_project.shop.models import Order
from example_project.shop.pages import PAGES, Page
from example_project.shop.visits import visit

pytestmark = pytest.mark.django_db

SHOP = Path(__file__).resolve().parent.parent / "example_project" / "shop"
PAGE_BY_ROUTE = {page.route: page for page in PAGES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of the shop, found by texts that follow one another, the last of them standing on it."""

    file: str
    texts: tuple[str, ...]

    def is_at(self, frame: Frame | None) -> bool:
        return frame is not None and Path(frame.file) == SHOP / self.file and frame.line == self.line

    @property
    def line(self) -> int:
        source, position = (SHOP / self.file).read_text(), 0
        for text in self.texts:
            position = source.index(text, position)
        return source.count("\n", 0, position) + 1


def at(file: str, *texts: str) -> Place:
    return Place(file=file, texts=texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    count: int
    location: Place
    origin: Place | None = None
    kind: str = "n_plus_one"
    certainty: str = "certain"
    model: str | None = None
    field: str | None = None
    path: str | None = None
    fix: str | None = None
    also: tuple[str, ...] = ()

    def check(self, finding: Finding) -> None:
        assert (finding.kind, finding.certainty, finding.count) == (self.kind, self.certainty, self.count)
        assert (finding.model, finding.field, finding.path) == (self.model, self.field, self.path)
        assert self.location.is_at(finding.location), (self.location, finding.location)
        assert self.origin is None or self.origin.is_at(finding.origin), (self.origin, finding.origin)
        assert (finding.suggestion, finding.also) == (self.fix, self.also)


USER_OF_ORDER = {
    "model": "shop.Order",
    "field": "user",
    "path": "user",
    "fix": 'select_related("user")',
    "count": 50,
}

EXPECTED = {
    "shop:orders": [
        Expected(
            **USER_OF_ORDER,
            location=at("templates/shop/order_list.html", "order.user.email"),
            origin=at("views/orders.py", "class OrderListView", "queryset ="),
        )
    ],
    "shop:order": [
        Expected(
            count=4,
            model="shop.OrderItem",
            field="product",
            path="items__product",
            fix='prefetch_related("items__product")',
            location=at("templates/shop/order_detail.html", "item.product.name"),
            origin=at("views/orders.py", "class OrderDetailView", "queryset ="),
        )
    ],
    "shop:picking": [
        Expected(
            count=250,
            model="shop.OrderItem",
            field="product",
            path="items__product",
            also=("shop.Order.items",),
            fix='prefetch_related("items__product")',
            location=at("templates/shop/picking_list.html", "item.product.name"),
            origin=at("views/orders.py", "class PickingListView", "queryset ="),
        )
    ],
    "shop:mailing": [
        Expected(
            **USER_OF_ORDER,
            location=at("services.py", "if order.user.email not in"),
            origin=at("views/orders.py", "class MailingListView", "queryset ="),
        )
    ],
    "shop:export": [
        Expected(
            **USER_OF_ORDER,
            location=at("services.py", "writer.writerow([order.reference"),
            origin=at("views/orders.py", "class ExportView", "Order.objects.iterator()"),
        )
    ],
    "shop:parcels": [
        Expected(
            count=50,
            model="shop.Order",
            field="items",
            path="items",
            fix='prefetch_related("items")',
            location=at("views/orders.py", "class ParcelsView", "async for item in"),
            origin=at("views/orders.py", "class ParcelsView", "Order.objects.all()"),
        )
    ],
    "shop:products": [
        Expected(
            count=40,
            model="shop.Product",
            field="reviews",
            path="reviews",
            fix='prefetch_related("reviews")',
            location=at("templates/shop/product_list.html", "product.reviews.all"),
            origin=at("views/products.py", "class ProductListView", "queryset ="),
        )
    ],
    "shop:catalogue": [
        Expected(
            count=40,
            model="shop.Product",
            field="categories",
            path="categories",
            fix='prefetch_related("categories")',
            location=at("templates/shop/catalogue.html", "product.categories.all"),
            origin=at("views/products.py", "class CatalogueView", "queryset ="),
        )
    ],
    "shop:categories": [
        Expected(
            count=8,
            model="shop.Category",
            field="products",
            path="products",
            fix='annotate(products_count=Count("products", distinct=True))',
            location=at("templates/shop/category_list.html", "category.products.count"),
            origin=at("views/products.py", "class CategoryListView", "queryset ="),
        )
    ],
    "shop:reviews": [
        Expected(
            count=60,
            model="shop.Review",
            field="author",
            path="author",
            fix='select_related("author")',
            location=at("templates/shop/review.html", "review.author.get_full_name"),
            origin=at("views/products.py", "class ReviewListView", "model ="),
        )
    ],
    "shop:basket": [
        Expected(
            count=5,
            certainty="likely",
            model="shop.Product",
            fix="in_bulk(...)",
            location=at("services.py", "Product.objects.get(pk=key)"),
        )
    ],
    "shop:api-orders": [
        Expected(
            **USER_OF_ORDER,
            location=at("views/api.py", "class OrderSerializer", "user ="),
            origin=at("views/api.py", "class OrderListAPI", "queryset ="),
        )
    ],
    "admin:shop_customer_changelist": [
        Expected(
            count=30,
            model="shop.Customer",
            field="user",
            path="user",
            fix='list_select_related = ("user",)',
            location=at("models.py", "self.user.get_full_name()"),
            origin=at("admin.py", "class CustomerAdmin", "list_display"),
        )
    ],
    "shop:restock": [
        Expected(
            kind="n_plus_one_write",
            count=40,
            model="shop.Product",
            fix="bulk_update(objects, fields)",
            location=at("services.py", "product.save()"),
        )
    ],
    "shop:reorder": [
        Expected(
            kind="n_plus_one_write",
            count=4,
            model="shop.OrderItem",
            fix="bulk_create(objects)",
            location=at("services.py", "OrderItem.objects.create("),
        )
    ],
}


@pytest.fixture(scope="module")
def filled_shop(django_db_setup, django_db_blocker) -> Iterator[User]:
    """A shop with all its rows, made once; its administrator."""
    with django_db_blocker.unblock():
        fill_shop()
        admin = User.objects.create_superuser("admin")
    yield admin
    with django_db_blocker.unblock():
        empty_shop()
        admin.delete()


@pytest.fixture
def admin(filled_shop) -> User:
    return User.objects.get(pk=filled_shop.pk)


def test_every_page_is_expected_to_be_reported():
    assert list(EXPECTED) == list(PAGE_BY_ROUTE)


@pytest.mark.parametrize("route", EXPECTED)
def test_the_page_is_named_with_relation_line_queryset_and_fix(route, admin):
    page = PAGE_BY_ROUTE[route]
    report = visit(page, page.url, admin)
    assert len(report.findings) == len(EXPECTED[route]), str(report)
    for finding, expected in zip(report.findings, EXPECTED[route], strict=True):
        expected.check(finding)


@pytest.mark.parametrize("route", EXPECTED)
def test_the_fixed_twin_is_silent_and_saves_what_was_promised(route, admin):
    page = PAGE_BY_ROUTE[route]
    before = visit(page, page.url, admin)
    after = visit(page, page.fixed_url, admin)
    assert after.findings == (), str(after)
    assert before.avoidable == before.query_count - after.query_count


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.route.startswith("shop:") and page.method == "GET"]
)
def test_the_fix_does_not_change_the_page(page: Page, admin):
    assert content(page.fixed_url) == content(page.url)


def content(url: str) -> bytes:
    response = Client().get(url)
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_front_page_leads_to_every_page(admin):
    html = Client().get("/").content.decode()
    for page in PAGES:
        assert escape(page.url) in html
        assert escape(page.fixed_url) in html


def test_a_wrong_basket_is_an_answer_not_an_error():
    assert Client().get("/basket/").status_code == 400
    assert Client().get("/basket/?product=0").status_code == 404


def test_an_order_without_items_is_a_conflict():
    order = OrderFactory()
    assert Client().post(f"/order/{order.reference}/again/").status_code == 409


def test_seed_and_demo_tell_the_whole_story(settings, capsys):
    settings.DEBUG = True
    call_command("seed")
    call_command("demo")
    output = capsys.readouterr().out
    for page in PAGES:
        assert f"--- {page.method} {page.url}\n" in output
    assert f"every fixed twin was silent: {len(PAGES)} pairs." in output


def test_the_demo_fails_when_an_n_plus_one_page_is_not_reported(admin, settings):
    settings.QUERYWATCH = {"ENABLED": True, "THRESHOLD": 1000}
    with pytest.raises(CommandError, match="/orders/ has an N\\+1, and none was reported"):
        call_command("demo")


def test_the_demo_fails_when_a_fixed_twin_is_reported(admin, monkeypatch):
    page = PAGE_BY_ROUTE["shop:orders"]
    monkeypatch.setattr(
        "example_project.shop.management.commands.demo.PAGES", [replace(page, fixed_route=page.route)]
    )
    with pytest.raises(CommandError, match="/orders/ is fixed, and this was reported"):
        call_command("demo")


def test_the_demo_wants_a_filled_shop():
    User.objects.filter(is_superuser=True).delete()
    with pytest.raises(CommandError, match="The shop is empty"):
        call_command("demo")


def test_seed_deletes_nothing_where_debug_is_off(admin):
    with pytest.raises(CommandError, match="DEBUG=true"):
        call_command("seed")
    assert Order.objects.count() == 50
