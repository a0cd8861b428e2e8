"""Queries sent by hand in the less usual shapes: refreshes, memoised helpers, uploaded files."""

import csv
import io
from functools import cache

from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book

BULK = mentions("in_bulk", "__in")


@n_plus_one(populate=populate.books)
def refresh_every_row(request):
    books = list(Book.objects.all())
    for book in books:
        book.refresh_from_db(fields=["price"])  # culprit
    return HttpResponse(str(sum(book.price for book in books)))


@fixed("refresh_every_row")
def refresh_every_row_fixed(request):
    return HttpResponse(str(sum(Book.objects.values_list("price", flat=True))))


@n_plus_one(fix=BULK, populate=populate.books)
def memoised_helper(request):
    @cache
    def author(pk):
        return Author.objects.get(pk=pk)  # culprit

    return HttpResponse(", ".join(author(book.author_id).name for book in Book.objects.all()))


@fixed("memoised_helper")
def memoised_helper_fixed(request):
    books = list(Book.objects.all())
    authors = Author.objects.in_bulk({book.author_id for book in books})
    return HttpResponse(", ".join(authors[book.author_id].name for book in books))


def _upload(client, url):
    lines = "\n".join(Book.objects.values_list("isbn", flat=True))
    return client.post(url, {"file": io.StringIO(lines)})


@n_plus_one(fix=BULK, populate=populate.books, ask=_upload)
def import_of_a_file(request):
    prices = {}
    for row in csv.reader(io.TextIOWrapper(request.FILES["file"])):
        try:
            book = Book.objects.get(isbn=row[0])  # culprit
        except Book.DoesNotExist:
            continue
        prices[book.isbn] = book.price
    return JsonResponse(prices)


@fixed("import_of_a_file")
def import_of_a_file_fixed(request):
    isbns = [row[0] for row in csv.reader(io.TextIOWrapper(request.FILES["file"]))]
    return JsonResponse(
        {isbn: book.price for isbn, book in Book.objects.in_bulk(isbns, field_name="isbn").items()}
    )
