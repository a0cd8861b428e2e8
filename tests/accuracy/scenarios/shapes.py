"""N+1s in the less usual shapes of Python: encoders, writers, chains, iterators, constants of querysets."""

import csv
import io
import itertools
import json
from collections import Counter
from functools import reduce

from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.forms.models import model_to_dict
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Comment

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
TAGS = {"path": "tags", "fix": 'prefetch_related("tags")', "populate": populate.tagged_books}


class BookEncoder(DjangoJSONEncoder):
    def default(self, o):
        if isinstance(o, Book):
            return {"title": o.title, "author": o.author.name}  # culprit: json_encoder
        return super().default(o)


@n_plus_one("shelf.Book.author", **AUTHOR)
def json_encoder(request):
    books = list(Book.objects.all())  # queryset
    return HttpResponse(json.dumps(books, cls=BookEncoder), content_type="application/json")


@n_plus_one(
    "shelf.Book.tags",
    "shelf.Book.contributors",
    **{**TAGS, "fix": mentions("prefetch_related(")},
    more_findings=1,
)
def django_serializer(request):
    books = Book.objects.order_by("pk")  # queryset
    return HttpResponse(serializers.serialize("json", books, fields=["title", "tags"]))  # culprit


@fixed("django_serializer")
def django_serializer_fixed(request):
    books = Book.objects.prefetch_related("tags")
    return HttpResponse(serializers.serialize("json", books, fields=["title", "tags"]))


@n_plus_one("shelf.Book.tags", **TAGS)
def model_to_dict_in_loop(request):
    rows = []
    for book in Book.objects.all():  # queryset
        rows.append(model_to_dict(book, fields=["title", "tags"]))  # culprit
    return HttpResponse(str(rows))


@n_plus_one("shelf.Book.author", **AUTHOR)
def csv_writerows(request):
    out = io.StringIO()
    books = Book.objects.only("title", "author").iterator(chunk_size=100)  # queryset
    csv.writer(out).writerows([book.title, book.author.name] for book in books)  # culprit
    return HttpResponse(out.getvalue())


@n_plus_one(
    "shelf.Book.publisher", path="publisher", fix='select_related("publisher")', populate=populate.books
)
def counter_of_names(request):
    counted = Counter(book.publisher.name for book in Book.objects.all())  # queryset # culprit
    return JsonResponse(counted)


@n_plus_one("shelf.Book.author", marks=("book_str",), **AUTHOR)
def join_of_map_str(request):
    return HttpResponse(", ".join(map(str, Book.objects.all())))  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def format_with_attribute(request):
    books = Book.objects.all()  # queryset
    lines = ["{0.title}: {0.author.name}".format(book) for book in books]  # noqa: UP032 # culprit
    return HttpResponse("\n".join(lines))


@n_plus_one("shelf.Book.author", **AUTHOR)
def reduce_over_rows(request):
    books = Book.objects.filter(price__gte=0)  # queryset
    longest = reduce(lambda most, book: max(most, len(book.author.name)), books, 0)  # culprit
    return HttpResponse(str(longest))


@n_plus_one("shelf.Book.author", **AUTHOR)
def filter_with_lambda(request):
    books = Book.objects.all()  # queryset
    found = list(filter(lambda book: book.author.email.endswith("org"), books))  # culprit
    return HttpResponse(str(len(found)))


@n_plus_one("shelf.Book.author", more_findings=1, **AUTHOR)
def chain_of_two_querysets(request):
    cheap = Book.objects.filter(price__lt=5)
    dear = Book.objects.filter(price__gte=5)  # queryset
    names = [book.author.name for book in itertools.chain(cheap, dear)]  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one(
    "shelf.Author.books", path="books", fix='prefetch_related("books")', populate=populate.prolific_authors
)
def chain_from_iterable(request):
    authors = Author.objects.filter(name__startswith="Prolific")  # queryset
    books = itertools.chain.from_iterable(author.books.all() for author in authors)  # culprit
    return HttpResponse(", ".join(book.title for book in books))  # culprit


@n_plus_one(
    "shelf.Book.author",
    path="author",
    fix='select_related("author")',
    populate=populate.books,
    mechanical=False,
)
def rows_of_a_union(request):
    cheap = Book.objects.filter(price__lt=5)  # queryset
    dear = Book.objects.filter(price__gte=5)  # queryset
    both = cheap.union(dear)  # queryset
    return JsonResponse([book.author.name for book in both], safe=False)  # culprit


@fixed("rows_of_a_union")
def rows_of_a_union_fixed(request):
    cheap = Book.objects.filter(price__lt=5).select_related("author")
    dear = Book.objects.filter(price__gte=5).select_related("author")
    return JsonResponse([book.author.name for book in cheap.union(dear)], safe=False)


class Window:
    """An iterator of its own over rows."""

    def __init__(self, books):
        self.books = books
        self.position = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.position >= len(self.books):
            raise StopIteration
        book = self.books[self.position]
        self.position += 1
        return book.title, book.author.name  # culprit: own_iterator


@n_plus_one("shelf.Book.author", **AUTHOR)
def own_iterator(request):
    books = Book.objects.order_by("title")  # queryset
    return JsonResponse(dict(Window(list(books))))


@n_plus_one("shelf.Book.author", **AUTHOR)
def while_with_an_index(request):
    books = list(Book.objects.all())  # queryset
    index, names = 0, []
    while index < len(books):
        names.append(books[index].author.name)  # culprit
        index += 1
    return JsonResponse(names, safe=False)


@n_plus_one(populate=populate.books, one_row=False)
def queryset_by_index(request):
    books = Book.objects.order_by("pk")
    titles = [books[index].title for index in range(books.count())]  # culprit
    return JsonResponse(titles, safe=False)


@fixed("queryset_by_index")
def queryset_by_index_fixed(request):
    return JsonResponse([book.title for book in Book.objects.order_by("pk")], safe=False)


EVERY_BOOK = Book.objects.filter(is_published=True)  # queryset: queryset_constant


@n_plus_one("shelf.Book.author", **AUTHOR)
def queryset_constant(request):
    names = [book.author.name for book in EVERY_BOOK.all()]  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def queryset_in_steps(request):
    books = Book.objects.all()  # queryset
    if "q" not in request.GET:
        books = books.exclude(title="")
    books = books.order_by("-pk")
    names = []
    for book in books:
        names.append(book.author.name)  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
@require_GET
@transaction.atomic
def decorated_view(request):
    return HttpResponse("".join(book.author.name for book in Book.objects.all()))  # queryset # culprit


@n_plus_one(
    "contenttypes.ContentType.None",
    "shelf.Comment.content_type",
    path="content_type",
    fix='select_related("content_type")',
    populate=populate.comments,
)
def content_type_key(request):
    comments = Comment.objects.all()  # queryset
    return JsonResponse([comment.content_type.model for comment in comments], safe=False)  # culprit
