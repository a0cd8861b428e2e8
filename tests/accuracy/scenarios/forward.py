"""Forward keys read once per row, in the shapes in which Python loops are written."""

import itertools
from functools import partial
from operator import attrgetter

from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Book, Profile

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
PUBLISHER = {"path": "publisher", "fix": 'select_related("publisher")', "populate": populate.books}


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_loop(request):
    names = []
    for book in Book.objects.all():  # queryset
        names.append(book.author.name)  # culprit
    return HttpResponse(", ".join(names))


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_comprehension(request):
    books = Book.objects.filter(is_published=True).order_by("-title")  # queryset
    rows = [
        {
            "title": book.title,
            "author": book.author.name,  # culprit
        }
        for book in books
    ]
    return JsonResponse(rows, safe=False)


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
def forward_in_generator(request):
    books = Book.objects.exclude(title="")  # queryset
    has_long = any(len(book.publisher.name) > 100 for book in books)  # culprit
    return HttpResponse(str(has_long))


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_generator_function(request):
    def rows(books):
        for book in books:
            yield f"{book.title};{book.author.email}\n"  # culprit

    books = Book.objects.all()  # queryset
    return HttpResponse(rows(books), content_type="text/csv")


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_sorted_key(request):
    books = Book.objects.all()  # queryset
    ordered = sorted(books, key=lambda book: book.author.name)  # culprit
    return HttpResponse(str(len(ordered)))


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_list_sort(request):
    books = list(Book.objects.all())  # queryset
    books.sort(key=attrgetter("author.name"))  # culprit
    return HttpResponse(str([book.title for book in books]))


@n_plus_one("shelf.Book.author", marks=("book_author_name",), **AUTHOR)
def forward_in_property(request):
    books = Book.objects.order_by("title")  # queryset
    return HttpResponse(", ".join(book.author_name for book in books))


@n_plus_one("shelf.Book.publisher", marks=("book_publisher_name",), **PUBLISHER)
def forward_in_cached_property(request):
    lines = []
    for number, book in enumerate(Book.objects.all(), start=1):  # queryset
        lines.append(f"{number}. {book.publisher_name}, {book.publisher_name}")
    return HttpResponse("\n".join(lines))


@n_plus_one("shelf.Book.author", marks=("book_byline",), **AUTHOR)
def forward_in_method(request):
    books = Book.objects.all().order_by("pk")[:50]  # queryset
    return HttpResponse("\n".join(map(Book.byline, books)))


@n_plus_one("shelf.Book.author", marks=("book_str",), **AUTHOR)
def forward_in_str(request):
    books = Book.objects.all()  # queryset
    return HttpResponse(", ".join(str(book) for book in books))


@n_plus_one(
    "shelf.Profile.author",
    path="author",
    fix='select_related("author")',
    populate=populate.profiles,
    marks=("profile_str",),
)
def one_to_one_in_str(request):
    text = ""
    for profile in Profile.objects.all():  # queryset
        text += f"{profile}\n"
    return HttpResponse(text)


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_while(request):
    queue = list(Book.objects.all())  # queryset
    names = set()
    while queue:
        book = queue.pop()
        names.add(book.author.name)  # culprit
    return HttpResponse(str(len(names)))


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_with_walrus(request):
    books = Book.objects.filter(price__gt=0)  # queryset
    mails = [mail for book in books if (mail := book.author.email)]  # culprit
    return HttpResponse(" ".join(mails))


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_zip(request):
    books = Book.objects.all()  # queryset
    pairs = {}
    for place, book in zip(itertools.count(1), books):
        if book.price < 0:
            continue
        pairs[place] = book.author.name  # culprit
    return JsonResponse(pairs)


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
def forward_in_groupby(request):
    books = Book.objects.order_by("publisher_id")  # queryset
    grouped = itertools.groupby(books, key=lambda book: book.publisher.name)  # culprit
    return JsonResponse({name: [book.title for book in group] for name, group in grouped})


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_partial_and_map(request):
    def line(separator, book):
        return separator.join((book.title, book.author.name))  # culprit

    books = Book.objects.all()  # queryset
    return HttpResponse("\n".join(map(partial(line, ": "), books)))
