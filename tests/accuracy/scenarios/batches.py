"""Queries that repeat by batch, not by row."""

from itertools import islice
from unittest import mock

from django.db import connection, transaction
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import AuditEntry, Author, Book, Line, Order, Review, Tag


@clean(populate=populate.tagged_books, batch=4, per_batch=2)
def iterator_with_prefetch(request):
    books = Book.objects.prefetch_related("tags").iterator(chunk_size=4)
    return JsonResponse([[tag.name for tag in book.tags.all()] for book in books], safe=False)


@clean(populate=populate.tagged_books, batch=2, per_batch=2)
def iterator_with_prefetch_in_small_chunks(request):
    def rows():
        for book in Book.objects.select_related("author").prefetch_related("tags").iterator(chunk_size=2):
            yield f"{book.author.name};{len(book.tags.all())}\n"

    return StreamingHttpResponse(rows(), content_type="text/csv")


@clean(populate=populate.books, batch=4)
def bulk_create_in_batches(request):
    entries = [AuditEntry(action="seen", subject=book.title) for book in Book.objects.all()]
    AuditEntry.objects.bulk_create(entries, batch_size=4)
    return HttpResponse(str(len(entries)))


@clean(populate=populate.books, batch=4)
def bulk_update_in_batches(request):
    books = list(Book.objects.all())
    for book in books:
        book.price += 1
    Book.objects.bulk_update(books, ["price"], batch_size=4)
    return HttpResponse(str(len(books)))


@clean(populate=populate.reviewed_books, batch=2, per_batch=2)
def deletes_in_chunks(request):
    deleted = 0
    while pks := list(Review.objects.order_by("pk").values_list("pk", flat=True)[:4]):
        deleted += Review.objects.filter(pk__in=pks).delete()[0]
    return HttpResponse(str(deleted))


@clean(populate=populate.books, batch=4, per_batch=2)
def update_of_one_in_each_chunk(request):
    last = 0
    while page := list(Book.objects.filter(pk__gt=last).order_by("pk")[:4]):
        last = page[-1].pk
        Book.objects.filter(pk__in=[book.pk for book in page if book.pk == last]).update(is_published=False)
    return HttpResponse("ok")


@clean(populate=populate.books, batch=4, per_batch=2)
def delete_of_one_in_each_chunk(request):
    pks = list(Book.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), 4):
        entries = AuditEntry.objects.filter(subject__in=pks[start : start + 1])
        entries.delete()
        AuditEntry.objects.bulk_create(
            [AuditEntry(action="seen", subject=pk) for pk in pks[start : start + 4]]
        )
    return HttpResponse("ok")


@clean(populate=populate.orders)
def delete_with_cascade(request):
    return HttpResponse(str(Order.objects.all().delete()))


@clean(populate=populate.books, batch=4)
def keyset_pages(request):
    titles, last = [], 0
    while page := list(Book.objects.filter(pk__gt=last).order_by("pk").select_related("author")[:4]):
        titles += [f"{book.title} {book.author.name}" for book in page]
        last = page[-1].pk
    return JsonResponse(titles, safe=False)


@clean(populate=populate.books, batch=4)
def offset_pages(request):
    books, titles, start = Book.objects.order_by("pk"), [], 0
    while True:
        page = books[start : start + 4]
        if not page:
            break
        titles += [book.title for book in page]
        start += 4
    return JsonResponse(titles, safe=False)


@clean(populate=populate.books, batch=4)
def pages_of_a_paginator(request):
    from django.core.paginator import Paginator

    paginator = Paginator(Book.objects.order_by("pk").select_related("publisher"), 4)
    names = [book.publisher.name for page in paginator for book in page]
    return JsonResponse(names, safe=False)


@clean(populate=populate.tagged_books, batch=4)
def ids_in_chunks(request):
    ids = list(Book.objects.values_list("author_id", flat=True))
    names = []
    for start in range(0, len(ids), 4):
        names += Author.objects.filter(pk__in=ids[start : start + 4]).values_list("name", flat=True)
    return JsonResponse(names, safe=False)


@clean(populate=populate.books, batch=4)
def in_bulk_in_chunks(request):
    ids = iter(Book.objects.values_list("publisher_id", "author_id"))
    names = {}
    while chunk := list(islice(ids, 4)):
        names.update(Author.objects.in_bulk([author for _, author in chunk]))
    return HttpResponse(str(len(names)))


@clean(populate=lambda n: populate.authors(n * 10), batch=4)
def sqlite_variable_limit(request):
    """``in_bulk`` splits its list when the database takes no more variables."""
    with mock.patch.object(type(connection.features), "max_query_params", 40):
        found = Author.objects.in_bulk(list(Author.objects.values_list("pk", flat=True)))
    return HttpResponse(str(len(found)))


@clean(populate=populate.books)
def executemany(request):
    rows = [(f"Copy of {book.title}", "x", "y") for book in Book.objects.all()]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO shelf_auditentry (action, subject, code) VALUES (%s, %s, %s)", rows)
    return HttpResponse(str(len(rows)))


@clean(populate=populate.books)
def one_update_and_one_delete(request):
    with transaction.atomic():
        raised = Book.objects.filter(price__lt=100).update(price=20)
        AuditEntry.objects.filter(action="old").delete()
    return HttpResponse(str(raised))


@clean(populate=populate.tagged_books)
def many_to_many_set_once(request):
    book = Book.objects.order_by("pk").first()
    book.tags.set(Tag.objects.all())
    book.tags.add(*Tag.objects.order_by("pk")[:2])
    return HttpResponse(str(book.tags.count()))


@clean(populate=populate.tagged_books)
def prefetch_objects_by_hand(request):
    from django.db.models import prefetch_related_objects

    books = list(Book.objects.all())
    prefetch_related_objects(books, "tags", "author__country")
    return JsonResponse([(book.author.country.name, len(book.tags.all())) for book in books], safe=False)


@clean(populate=populate.orders, batch=4, per_batch=2)
def export_in_chunks_with_prefetch(request):
    orders = Order.objects.order_by("pk")
    total, last = 0, 0
    while chunk := list(orders.filter(pk__gt=last).prefetch_related("lines")[:4]):
        total += sum(line.quantity for order in chunk for line in order.lines.all())
        last = chunk[-1].pk
    return HttpResponse(str(total))


@clean(populate=populate.orders)
def savepoints_around_rows(request):
    """SAVEPOINT and RELEASE once per row are no queries."""
    seen = []
    with transaction.atomic():
        for line in Line.objects.select_related("product"):
            with transaction.atomic():
                seen.append(line.product.title)
    return HttpResponse(str(len(seen)))
