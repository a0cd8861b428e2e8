"""Raw rows and cursors, with parameters and with literals, in a loop."""

from django.db import connection
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import fixed, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book


@n_plus_one(populate=populate.books)
def raw_in_loop(request):
    names = []
    for book in Book.objects.all():
        rows = Author.objects.raw("SELECT * FROM shelf_author WHERE id = %s", [book.author_id])
        names.append(rows[0].name)  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one(populate=populate.books)
def cursor_with_parameters(request):
    names = []
    with connection.cursor() as cursor:
        for book in Book.objects.all():
            cursor.execute("SELECT name FROM shelf_author WHERE id = %s", [book.author_id])  # culprit
            names.append(cursor.fetchone()[0])
    return JsonResponse(names, safe=False)


@n_plus_one(populate=populate.books)
def cursor_with_literals(request):
    def name_of(pk):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT name FROM shelf_author WHERE id = {int(pk)}")  # culprit
            return cursor.fetchone()[0]

    return JsonResponse([name_of(book.author_id) for book in Book.objects.all()], safe=False)


@n_plus_one(populate=populate.books)
def cursor_over_cursor_rows(request):
    with connection.cursor() as outer:
        outer.execute("SELECT id, author_id FROM shelf_book")
        rows = outer.fetchall()
    names = {}
    for pk, author_id in rows:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM shelf_author WHERE id = %s", (author_id,))  # culprit
            (names[pk],) = cursor.fetchone()
    return JsonResponse(names)


@fixed("raw_in_loop")
@fixed("cursor_with_parameters")
@fixed("cursor_with_literals")
@fixed("cursor_over_cursor_rows")
def one_cursor_for_all(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT b.id, a.name FROM shelf_book b JOIN shelf_author a ON a.id = b.author_id")
        return JsonResponse(cursor.fetchall(), safe=False)


@n_plus_one("shelf.Book.author", path="author", fix='prefetch_related("author")', populate=populate.books)
def rows_of_raw(request):
    books = Book.objects.raw("SELECT * FROM shelf_book ORDER BY title")  # queryset
    return HttpResponse(", ".join(book.author.name for book in books))  # culprit


@fixed("rows_of_raw")
def rows_of_raw_fixed(request):
    books = Book.objects.raw("SELECT * FROM shelf_book ORDER BY title").prefetch_related("author")
    return HttpResponse(", ".join(book.author.name for book in books))
