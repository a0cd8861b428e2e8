"""Async views: the awaiting line is in a coroutine, the query in a worker thread."""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import async_to_sync, sync_to_async
from django.db import close_old_connections, connections
from django.db.models import Count
from django.http import HttpResponse, JsonResponse
from django.views import View

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Publisher, Review

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
BULK = {"fix": mentions("in_bulk", "__in"), "populate": populate.books}


@n_plus_one(**BULK)
async def async_for_with_aget(request):
    names = []
    async for book in Book.objects.order_by("pk"):
        author = await Author.objects.aget(pk=book.author_id)  # culprit
        names.append(author.name)
    return JsonResponse(names, safe=False)


@n_plus_one(
    "shelf.Book.review_set", path="review_set", fix=mentions("Count("), populate=populate.reviewed_books
)
async def async_acount_of_relation(request):
    rows = {}
    async for book in Book.objects.all():  # queryset
        rows[book.title] = await book.review_set.acount()  # culprit
    return JsonResponse(rows)


@fixed("async_acount_of_relation")
async def async_acount_of_relation_fixed(request):
    return JsonResponse({book.title: book.n async for book in Book.objects.annotate(n=Count("review"))})


@n_plus_one(
    "shelf.Author.books",
    path="books",
    fix=mentions("Prefetch(", "Subquery("),
    populate=populate.prolific_authors,
)
async def async_afirst_of_relation(request):
    latest = []
    for author in [one async for one in Author.objects.filter(name__startswith="Prolific")]:  # queryset
        book = await author.books.order_by("-pk").afirst()  # culprit
        latest.append(book.title if book else "-")
    return JsonResponse(latest, safe=False)


@fixed("async_afirst_of_relation")
async def async_afirst_of_relation_fixed(request):
    authors = Author.objects.filter(name__startswith="Prolific").prefetch_related("books")
    return JsonResponse([list(one.books.all())[-1].title async for one in authors], safe=False)


@n_plus_one(
    "shelf.Book.review_set",
    path="review_set",
    fix='prefetch_related("review_set")',
    populate=populate.reviewed_books,
)
async def async_nested_comprehension(request):
    books = Book.objects.filter(is_published=True)  # queryset
    rows = [[review.stars async for review in book.review_set.all()] async for book in books]  # culprit
    return JsonResponse(rows, safe=False)


@n_plus_one(**BULK)
async def async_gather(request):
    async def fetch(pk):
        return await Author.objects.aget(pk=pk)  # culprit

    keys = [pk async for pk in Book.objects.values_list("author_id", flat=True)]
    authors = await asyncio.gather(*(fetch(key) for key in keys))
    return JsonResponse([author.name for author in authors], safe=False)


@n_plus_one(**BULK)
async def async_gather_of_plain_calls(request):
    keys = [book.publisher_id async for book in Book.objects.all()]
    houses = await asyncio.gather(*[Publisher.objects.aget(pk=key) for key in keys])  # culprit
    return JsonResponse([house.name for house in houses], safe=False)


@n_plus_one(populate=populate.books)
async def async_task_group(request):
    counts = {}

    async def count(publisher):
        counts[publisher.name] = await Book.objects.filter(publisher=publisher).acount()  # culprit

    async with asyncio.TaskGroup() as group:
        async for publisher in Publisher.objects.all():
            group.create_task(count(publisher))
    return JsonResponse(counts)


@fixed("async_task_group")
async def async_task_group_fixed(request):
    houses = Publisher.objects.annotate(n=Count("books"))
    return JsonResponse({house.name: house.n async for house in houses})


@n_plus_one("shelf.Book.author", **AUTHOR)
async def async_calls_sync_function(request):
    @sync_to_async
    def lines():
        books = Book.objects.all()  # queryset
        return [f"{book.title}: {book.author.name}" for book in books]  # culprit

    return HttpResponse("\n".join(await lines()))


def _author_name(book):
    return book.author.name  # culprit: async_sync_to_async_per_row, async_thread_insensitive, async_to_thread


@n_plus_one("shelf.Book.author", **AUTHOR)
async def async_sync_to_async_per_row(request):
    name_of = sync_to_async(_author_name)
    names = [await name_of(book) async for book in Book.objects.order_by("title")]  # queryset # culprit
    return JsonResponse(names, safe=False)


def _then_close(function, *args):
    try:
        return function(*args)
    finally:
        connections.close_all()


@n_plus_one("shelf.Book.author", **AUTHOR)
async def async_thread_insensitive(request):
    names = []
    async for book in Book.objects.filter(price__gt=0):  # queryset
        names.append(await sync_to_async(_then_close, thread_sensitive=False)(_author_name, book))  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
async def async_to_thread(request):
    books = [book async for book in Book.objects.all()]  # queryset
    names = [await asyncio.to_thread(_then_close, _author_name, book) for book in books]  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def pool_with_copied_context(request):
    def work(book):
        close_old_connections()
        try:
            return book.author.name  # culprit
        finally:
            connections.close_all()

    books = list(Book.objects.order_by("pk"))  # queryset
    with ThreadPoolExecutor(max_workers=1) as pool:
        jobs = [pool.submit(contextvars.copy_context().run, work, book) for book in books]
        return JsonResponse([job.result() for job in jobs], safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
class AsyncClassView(View):
    async def get(self, request):
        return JsonResponse([await self.row(book) async for book in self.books()], safe=False)

    def books(self):
        return Book.objects.filter(is_published=True)  # queryset

    async def row(self, book):
        author = await sync_to_async(lambda: book.author)()  # culprit
        return {"title": book.title, "author": author.name}


async def _rows_of(books):
    async for book in books:
        reviews = Review.objects.filter(book=book)  # culprit: async_generator_chain
        yield book, [one.stars async for one in reviews]  # culprit: async_generator_chain


@n_plus_one(populate=populate.reviewed_books)
async def async_generator_chain(request):
    best = {}
    async for book, stars in _rows_of(Book.objects.all()):
        best[book.title] = max(stars)
    return JsonResponse(best)


@fixed("async_generator_chain")
async def async_generator_chain_fixed(request):
    books = Book.objects.prefetch_related("review_set")
    return JsonResponse({book.title: len(book.review_set.all()) async for book in books})


@n_plus_one("shelf.Book.author", **AUTHOR)
def sync_view_runs_coroutine(request):
    async def collect():
        books = Book.objects.all()  # queryset
        return [await sync_to_async(lambda book: book.author.name)(book) async for book in books]  # culprit

    return JsonResponse(async_to_sync(collect)(), safe=False)


@n_plus_one(**BULK)
def sync_view_runs_gathered_calls(request):
    async def collect():
        keys = [book.author_id async for book in Book.objects.all()]
        return await asyncio.gather(*[Author.objects.aget(pk=key) for key in keys])  # culprit

    return JsonResponse([author.name for author in async_to_sync(collect)()], safe=False)


@n_plus_one(**BULK)
def sync_view_runs_a_group_of_calls(request):
    async def collect():
        keys = [book.author_id async for book in Book.objects.all()]
        async with asyncio.TaskGroup() as group:  # culprit
            tasks = [group.create_task(Author.objects.aget(pk=key)) for key in keys]
        return [task.result() for task in tasks]

    return JsonResponse([author.name for author in async_to_sync(collect)()], safe=False)


@fixed("sync_view_runs_gathered_calls")
@fixed("sync_view_runs_a_group_of_calls")
def sync_view_runs_in_bulk(request):
    keys = [book.author_id for book in Book.objects.all()]
    found = Author.objects.in_bulk(keys)
    return JsonResponse([found[key].name for key in keys], safe=False)


@fixed("async_for_with_aget")
@fixed("async_gather")
@fixed("async_gather_of_plain_calls")
async def async_in_bulk(request):
    keys = [book.author_id async for book in Book.objects.all()]
    found = await Author.objects.ain_bulk(keys)
    return JsonResponse([found[key].name for key in keys], safe=False)
