"""Fields that were left out of the first query and are fetched row by row."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Stock

SUMMARY = {"fix": mentions("summary", "defer(None)"), "populate": populate.books}


@n_plus_one("shelf.Book.summary", **SUMMARY)
def deferred_by_only(request):
    books = Book.objects.only("title")  # queryset
    return JsonResponse({book.title: book.summary[:10] for book in books})  # culprit


@n_plus_one("shelf.Book.summary", **SUMMARY)
def deferred_by_defer(request):
    rows = []
    for book in Book.objects.defer("summary"):  # queryset
        if "Long" in book.summary:  # culprit
            rows.append(book.pk)
    return JsonResponse(rows, safe=False)


@n_plus_one("shelf.Book.summary", **SUMMARY)
def deferred_in_template(request):
    books = Book.objects.only("title", "price")  # queryset
    return render(request, "accuracy/deferred.html", {"books": books})


@fixed("deferred_by_only")
@fixed("deferred_by_defer")
@fixed("deferred_in_template")
def deferred_fixed(request):
    return render(request, "accuracy/deferred.html", {"books": Book.objects.only("title", "summary")})


@n_plus_one("shelf.Book.summary", fix=mentions("summary"), populate=populate.books)
def deferred_by_raw(request):
    books = Book.objects.raw("SELECT id, title FROM shelf_book")  # queryset
    return JsonResponse([book.summary for book in books], safe=False)  # culprit


@fixed("deferred_by_raw")
def deferred_by_raw_fixed(request):
    books = Book.objects.raw("SELECT id, title, summary FROM shelf_book")
    return JsonResponse([book.summary for book in books], safe=False)


@n_plus_one(
    "shelf.Author.email",
    path=("author__email", "author", "email"),
    fix=mentions("author__email"),
    populate=populate.books,
)
def deferred_behind_join(request):
    books = Book.objects.select_related("author").only("title", "author__name")  # queryset
    return HttpResponse(" ".join(f"{book.author.name} {book.author.email}" for book in books))  # culprit


@fixed("deferred_behind_join")
def deferred_behind_join_fixed(request):
    books = Book.objects.select_related("author").only("title", "author__name", "author__email")
    return HttpResponse(" ".join(f"{book.author.name} {book.author.email}" for book in books))


@n_plus_one("shelf.Stock.note", fix=mentions("note", "defer(None)"), populate=populate.stock)
def deferred_with_composite_key(request):
    rows = Stock.objects.defer("note")  # queryset
    return HttpResponse("".join(row.note for row in rows))  # culprit


@fixed("deferred_with_composite_key")
def deferred_with_composite_key_fixed(request):
    return HttpResponse("".join(row.note for row in Stock.objects.all()))


@n_plus_one(
    "shelf.Book.author", path="author", fix=mentions("author"), populate=populate.books, more_findings=1
)
def deferred_key_and_its_row(request):
    """``only`` leaves the key itself out, so a row costs two queries."""
    names = []
    for book in Book.objects.only("title"):  # queryset
        names.append(book.author.name)  # culprit
    return HttpResponse(str(names))


@fixed("deferred_key_and_its_row")
def deferred_key_and_its_row_fixed(request):
    books = Book.objects.select_related("author").only("title", "author__name")
    return HttpResponse(str([book.author.name for book in books]))


@clean(populate=populate.books)
def deferred_but_never_read(request):
    books = Book.objects.defer("summary", "isbn").select_related("author")
    return JsonResponse({book.title: book.author.name for book in books})


@clean(populate=populate.books)
def deferred_on_one_row(request):
    book = Book.objects.only("title").order_by("pk").first()
    author = Author.objects.only("name").get(pk=book.author_id)
    return HttpResponse(f"{book.summary} {book.price} {author.email}")


@clean(populate=populate.books)
def values_and_values_list(request):
    rows = Book.objects.values("title", "author__name", "publisher__country__name")
    pairs = Book.objects.values_list("pk", "author__email")
    return JsonResponse([list(rows), [mail for _, mail in pairs]], safe=False)


@n_plus_one("shelf.Book.author", path=("author",), fix=mentions("only(", "author"), populate=populate.books)
def prefetch_without_its_key(request):
    books = Book.objects.only("title").prefetch_related("author")  # queryset
    return JsonResponse({book.title: book.author.name for book in books})  # culprit


@fixed("prefetch_without_its_key")
def prefetch_with_its_key(request):
    books = Book.objects.only("title", "author").prefetch_related("author")
    return JsonResponse({book.title: book.author.name for book in books})
