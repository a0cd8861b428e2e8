"""GraphQL: each field of each row is resolved by a function of its own."""

import strawberry
from django.urls import path
from strawberry.dataloader import DataLoader
from strawberry.django.views import AsyncGraphQLView, GraphQLView

from tests.accuracy.declare import TWINS, Scenario, add, mentions
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Review


@strawberry.type
class AuthorNode:
    name: str
    email: str


@strawberry.type
class BookNode:
    title: str
    row: strawberry.Private[Book]

    @strawberry.field
    def author(self) -> AuthorNode:
        author = self.row.author  # culprit: graph_forward
        return AuthorNode(name=author.name, email=author.email)

    @strawberry.field
    def stars(self) -> list[int]:
        return [review.stars for review in self.row.review_set.all()]  # culprit: graph_reverse

    @strawberry.field
    def writer(self) -> str:
        return Author.objects.get(pk=self.row.author_id).name  # culprit: graph_get_in_resolver


def _nodes(books):
    return [BookNode(title=book.title, row=book) for book in books]


def all_books():
    return Book.objects.order_by("pk")  # queryset: graph_forward, graph_reverse


@strawberry.type
class Query:
    @strawberry.field
    def books(self) -> list[BookNode]:
        return _nodes(all_books())

    @strawberry.field
    def joined_books(self) -> list[BookNode]:
        return _nodes(Book.objects.select_related("author").prefetch_related("review_set"))

    @strawberry.field
    def book_count(self) -> int:
        return Book.objects.count()

    @strawberry.field
    def author_count(self) -> int:
        return Author.objects.count()


SCHEMA = strawberry.Schema(Query)


def _asked(query, view=GraphQLView, schema=SCHEMA):
    return {
        "routes": lambda scenario_view: [path("graph/", view.as_view(schema=scenario_view or schema))],
        "ask": lambda client, url: client.post("/graph/", {"query": query}, content_type="application/json"),
    }


def _add(name, label, query, **more):
    more.setdefault("populate", populate.reviewed_books)
    add(Scenario(name=name, family="graph", label=label, view=None, **_asked(query), **more))


@strawberry.type
class FixedBookNode(BookNode):
    @strawberry.field
    def writer(self) -> str:
        return self.row.author.name


@strawberry.type
class FixedQuery:
    @strawberry.field
    def books(self) -> list[FixedBookNode]:
        rows = Book.objects.select_related("author").prefetch_related("review_set")
        return [FixedBookNode(title=book.title, row=book) for book in rows]


FIXED_SCHEMA = strawberry.Schema(FixedQuery)

_add(
    "graph_forward",
    "n_plus_one",
    "{ books { title author { name } } }",
    relation=("shelf.Book.author",),
    path=("author",),
    fix=mentions('select_related("author")'),
    two_rows=True,
    one_row=True,
)
_add(
    "graph_reverse",
    "n_plus_one",
    "{ books { title stars } }",
    relation=("shelf.Book.review_set",),
    path=("review_set",),
    fix=mentions('prefetch_related("review_set")'),
    two_rows=True,
    one_row=True,
)
_add(
    "graph_get_in_resolver",
    "n_plus_one",
    "{ books { writer } }",
    fix=mentions("in_bulk", "__in"),
    one_row=True,
)
TWINS.update(dict.fromkeys(("graph_forward", "graph_reverse", "graph_get_in_resolver"), FIXED_SCHEMA))

_add("graph_joined", "clean", "{ joinedBooks { title author { name email } stars } }")
_add("graph_two_fields", "clean", "{ bookCount authorCount joinedBooks { title } }")


async def _load_reviews(keys):
    rows = {}
    async for review in Review.objects.filter(book__in=keys):
        rows.setdefault(review.book_id, []).append(review.stars)
    return [rows.get(key, []) for key in keys]


@strawberry.type
class LoadedNode:
    title: str
    key: strawberry.Private[int]

    @strawberry.field
    async def stars(self, info: strawberry.Info) -> list[int]:
        return await info.context.reviews.load(self.key)


@strawberry.type
class LoadedQuery:
    @strawberry.field
    async def books(self, info: strawberry.Info) -> list[LoadedNode]:
        info.context.reviews = DataLoader(load_fn=_load_reviews)
        return [LoadedNode(title=book.title, key=book.pk) async for book in Book.objects.all()]


async def _ask_loaded(client, url):
    return await client.post(
        "/graph/", {"query": "{ books { title stars } }"}, content_type="application/json"
    )


add(
    Scenario(
        name="graph_data_loader",
        family="graph",
        label="clean",
        view=None,
        populate=populate.reviewed_books,
        asynchronous=True,
        ask=_ask_loaded,
        routes=lambda view: [path("graph/", AsyncGraphQLView.as_view(schema=strawberry.Schema(LoadedQuery)))],
    )
)
