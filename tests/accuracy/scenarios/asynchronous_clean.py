"""Async views that ask a fixed number of questions, in every way that coroutines allow."""

import asyncio

from asgiref.sync import sync_to_async
from django.db.models import Count, Prefetch
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.views import View

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Category, Publisher, Review, Tag


@clean(populate=populate.books)
async def async_joined(request):
    books = Book.objects.select_related("author", "publisher")
    return JsonResponse([[book.author.name, book.publisher.name] async for book in books], safe=False)


@clean(populate=populate.reviewed_books)
async def async_prefetched(request):
    reviews = Prefetch("review_set", queryset=Review.objects.select_related("user"), to_attr="all_reviews")
    rows = []
    async for book in Book.objects.prefetch_related(reviews):
        rows += [f"{review.user.username}: {review.stars}" for review in book.all_reviews]
    return HttpResponse("\n".join(rows))


@clean(populate=populate.books)
async def async_gather_over_constants(request):
    books, authors, tags, houses = await asyncio.gather(
        Book.objects.acount(), Author.objects.acount(), Tag.objects.acount(), Publisher.objects.acount()
    )
    return JsonResponse({"books": books, "authors": authors, "tags": tags, "houses": houses})


@clean(populate=populate.books)
async def async_gather_same_model_other_rules(request):
    async def count(**rule):
        return await Book.objects.filter(**rule).acount()

    cheap, dear, long = await asyncio.gather(count(price__lt=5), count(price__lt=50), count(price__lt=500))
    return JsonResponse([cheap, dear, long], safe=False)


@clean(populate=populate.books)
async def async_task_group_of_three(request):
    async with asyncio.TaskGroup() as group:
        first = group.create_task(Book.objects.order_by("pk").afirst())
        last = group.create_task(Book.objects.order_by("-pk").afirst())
        total = group.create_task(Book.objects.acount())
    return HttpResponse(f"{first.result().title} {last.result().title} {total.result()}")


@clean(populate=populate.books)
async def async_awaited_on_different_lines(request):
    first = await Book.objects.order_by("pk").afirst()
    author = await Author.objects.aget(pk=first.author_id)
    editor = await Author.objects.aget(pk=first.editor_id)
    publisher = await Publisher.objects.aget(pk=first.publisher_id)
    return HttpResponse(f"{author.name} {editor.name} {publisher.name}")


@clean(populate=populate.books)
async def async_loop_that_returns_early(request):
    async for book in Book.objects.order_by("pk"):
        author = await Author.objects.aget(pk=book.author_id)
        return HttpResponse(author.name)
    return HttpResponse("none")


@clean(populate=populate.books)
class AsyncCleanClassView(View):
    async def get(self, request):
        page = [book async for book in Book.objects.order_by("pk")[:5]]
        found = await Author.objects.ain_bulk([book.author_id for book in page])
        exists = await Category.objects.filter(name="none").aexists()
        return JsonResponse({"names": [found[book.author_id].name for book in page], "exists": exists})


@clean(populate=populate.books)
async def async_stream_of_joined_rows(request):
    async def lines():
        async for book in Book.objects.select_related("author").aiterator(chunk_size=100):
            yield f"{book.title};{book.author.name}\n"

    return StreamingHttpResponse(lines(), content_type="text/csv")


@clean(populate=populate.tagged_books)
async def async_annotated_in_thread(request):
    @sync_to_async
    def figures():
        return list(Tag.objects.annotate(n=Count("books")).values_list("name", "n"))

    return JsonResponse(await figures(), safe=False)


@clean(populate=populate.books, duplicate_ok=True)
async def async_retry(request):
    for _attempt in range(3):
        book = await Book.objects.filter(title="Not there yet").afirst()
        if book is not None:
            break
        await asyncio.sleep(0)
    return HttpResponse("gave up")
