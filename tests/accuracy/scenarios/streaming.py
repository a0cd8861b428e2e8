"""Bodies that are made while they are sent."""

import csv
import itertools

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Order

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}


class Echo:
    """A file that gives back what is written to it, as Django's documentation has it."""

    def write(self, value):
        return value


@n_plus_one("shelf.Book.author", **AUTHOR)
def stream_csv(request):
    writer = csv.writer(Echo())
    books = Book.objects.order_by("pk")  # queryset
    rows = ([book.title, book.author.name] for book in books)  # culprit
    return StreamingHttpResponse((writer.writerow(row) for row in rows), content_type="text/csv")


@n_plus_one(
    "shelf.Order.customer",
    "shelf.Customer.user",
    path="customer__user",
    fix='select_related("customer__user")',
    populate=populate.orders,
)
def stream_with_yield_from(request):
    def body():
        yield "number,user\n"
        yield from lines(Order.objects.iterator())  # queryset
        yield "end\n"

    def lines(orders):
        for order in orders:
            yield f"{order.number},{order.customer.user.username}\n"  # culprit

    return StreamingHttpResponse(body())


@n_plus_one("shelf.Book.author", **AUTHOR)
async def stream_async(request):
    async def body():
        async for book in Book.objects.filter(price__gt=0):  # queryset
            author = await sync_to_async(getattr)(book, "author")  # culprit
            yield f"{book.title};{author.name}\n"

    return StreamingHttpResponse(body())


@n_plus_one(fix=mentions("in_bulk", "__in"), populate=populate.books)
async def stream_async_aget(request):
    async def body():
        async for title, key in Book.objects.values_list("title", "author_id"):
            author = await Author.objects.aget(pk=key)  # culprit
            yield f"{title};{author.name}\n"

    return StreamingHttpResponse(body())


@fixed("stream_async_aget")
async def stream_async_aget_fixed(request):
    async def body():
        async for title, name in Book.objects.values_list("title", "author__name"):
            yield f"{title};{name}\n"

    return StreamingHttpResponse(body())


@clean(populate=populate.books)
def stream_joined(request):
    books = Book.objects.select_related("author").iterator(chunk_size=500)
    return StreamingHttpResponse(f"{book.title};{book.author.name}\n" for book in books)


@clean(populate=populate.tagged_books, batch=4, per_batch=2)
def stream_in_chunks_with_prefetch(request):
    books = Book.objects.prefetch_related("tags").iterator(chunk_size=4)
    return StreamingHttpResponse(",".join(tag.name for tag in book.tags.all()) for book in books)


@clean(populate=populate.books, batch=3)
def stream_keyset_pages(request):
    def body():
        last = 0
        while page := list(Book.objects.select_related("author").filter(pk__gt=last).order_by("pk")[:3]):
            yield from (f"{book.title};{book.author.name}\n" for book in page)
            last = page[-1].pk

    return StreamingHttpResponse(body())


@clean(populate=populate.books, batch=4)
def export_in_batches_of_keys(request):
    keys = list(Book.objects.values_list("pk", flat=True))
    rows = []
    while keys:
        batch, keys = keys[:4], keys[4:]
        rows += [book.author.name for book in Book.objects.select_related("author").filter(pk__in=batch)]
    return HttpResponse("\n".join(rows))


def _batched(rows, size):
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


@clean(populate=populate.books, batch=4)
def authors_in_bulk_by_batches(request):
    def body():
        for batch in _batched(Book.objects.order_by("pk").iterator(), 4):
            found = Author.objects.in_bulk({book.author_id for book in batch})
            for book in batch:
                yield f"{book.title};{found[book.author_id].name}\n"

    return StreamingHttpResponse(body())
