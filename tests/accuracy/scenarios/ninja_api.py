"""django-ninja: schemas and their resolvers read rows after the view has returned."""

from django.urls import path
from ninja import NinjaAPI, Router, Schema
from ninja.orm import create_schema
from ninja.pagination import PageNumberPagination, paginate

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Order


def operation(response, wrap=lambda view: view):
    """Mount the scenario's function as an operation of an API of its own."""

    def routes(view):
        api = NinjaAPI(urls_namespace=view.__name__)
        router = Router()
        router.get("/rows", response=response)(wrap(view))
        api.add_router("", router)
        return [path("ninja/", api.urls)]

    return {"routes": routes, "ask": lambda client, url: client.get("/ninja/rows")}


class AuthorOut(Schema):
    id: int
    name: str


class BookOut(Schema):
    title: str
    author: AuthorOut  # culprit: ninja_nested_schema, ninja_paginated


class TagOut(Schema):
    name: str


class TaggedOut(Schema):
    title: str
    tags: list[TagOut]  # culprit: ninja_nested_many


class RowOut(Schema):
    title: str
    house: str  # culprit: ninja_resolver

    @staticmethod
    def resolve_house(book):
        return book.publisher.name  # culprit: ninja_resolver


MadeOut = create_schema(Book, name="MadeOut", fields=["title"], custom_fields=[("author", AuthorOut, None)])


class OrderOut(Schema):
    number: str
    total: int

    @staticmethod
    def resolve_total(order):
        return order.total()


AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}


@n_plus_one("shelf.Book.author", **AUTHOR, **operation(list[BookOut]))
def ninja_nested_schema(request):
    return Book.objects.order_by("title")  # queryset # culprit


@n_plus_one("shelf.Book.author", **AUTHOR, **operation(list[MadeOut]))  # culprit
def ninja_schema_of_no_source(request):
    return Book.objects.order_by("title")  # queryset # culprit


@n_plus_one(
    "shelf.Book.tags",
    path="tags",
    fix='prefetch_related("tags")',
    populate=populate.tagged_books,
    **operation(list[TaggedOut]),
)
def ninja_nested_many(request):
    return Book.objects.filter(is_published=True)  # queryset # culprit


@n_plus_one(
    "shelf.Book.publisher",
    path="publisher",
    fix='select_related("publisher")',
    populate=populate.books,
    **operation(list[RowOut]),
)
def ninja_resolver(request):
    return list(Book.objects.all())  # queryset


@n_plus_one(
    "shelf.Order.lines",
    path="lines",
    fix='prefetch_related("lines")',
    populate=populate.orders,
    marks=("order_total",),
    **operation(list[OrderOut]),
)
def ninja_resolver_calls_method(request):
    return Order.objects.all()  # queryset


@n_plus_one(
    "shelf.Book.author", **AUTHOR, **operation(list[BookOut], paginate(PageNumberPagination, page_size=50))
)
def ninja_paginated(request):
    return Book.objects.order_by("pk")  # queryset # culprit


@n_plus_one(fix=mentions("in_bulk", "__in"), populate=populate.books, **operation(list[AuthorOut]))
def ninja_get_in_loop(request):
    return [Author.objects.get(pk=book.author_id) for book in Book.objects.all()]  # culprit


@fixed("ninja_get_in_loop")
def ninja_get_in_loop_fixed(request):
    return Author.objects.filter(pk__in=Book.objects.values("author_id"))


@clean(populate=populate.books, **operation(list[BookOut]))
def ninja_joined(request):
    return Book.objects.select_related("author")


@clean(
    populate=populate.tagged_books, **operation(list[TaggedOut], paginate(PageNumberPagination, page_size=5))
)
def ninja_paginated_and_prefetched(request):
    return Book.objects.prefetch_related("tags").order_by("pk")


@clean(populate=populate.books, **operation(BookOut))
def ninja_one_object(request):
    return Book.objects.order_by("pk").first()
