"""N+1s in the less usual shapes of Python: encoders, writers, chains, iterators, class methods, constants of querysets."""

import csv
import io
import itertools
import json
from collections import Counter
from functools import lru_cache, reduce

from django.contrib.auth.models import User
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Prefetch
from django.forms.models import model_to_dict
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Comment, Line, Order, Review

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
TAGS = {"path": "tags", "fix": 'prefetch_related("tags")', "populate": populate.tagged_books}
BULK = mentions("in_bulk", "__in")


class BookEncoder(DjangoJSONEncoder):
    def default(self, o):
        if isinstance(o, Book):
            return {"title": o.title, "author": o.author.name}  # culprit: json_encoder
        return super().default(o)


@n_plus_one("shelf.Book.author", **AUTHOR)
def json_encoder(request):
    books = list(Book.objects.all())  # queryset
    return HttpResponse(json.dumps(books, cls=BookEncoder), content_type="application/json")


@n_plus_one("shelf.Book.tags", "shelf.Book.contributors", **{**TAGS, "fix": mentions("prefetch_related(")},
            more_findings=1)  # fmt: skip
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


@n_plus_one("shelf.Book.publisher", path="publisher", fix='select_related("publisher")', populate=populate.books)
def counter_of_names(request):
    counted = Counter(book.publisher.name for book in Book.objects.all())  # queryset # culprit
    return JsonResponse(counted)


@n_plus_one("shelf.Book.author", marks=("book_str",), **AUTHOR)
def join_of_map_str(request):
    return HttpResponse(", ".join(map(str, Book.objects.all())))  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def format_with_attribute(request):
    lines = ["{0.title}: {0.author.name}".format(book) for book in Book.objects.all()]  # queryset # culprit
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


@n_plus_one("shelf.Author.books", path="books", fix='prefetch_related("books")', populate=populate.prolific_authors)
def chain_from_iterable(request):
    authors = Author.objects.filter(name__startswith="Prolific")  # queryset
    books = itertools.chain.from_iterable(author.books.all() for author in authors)  # culprit
    return HttpResponse(", ".join(book.title for book in books))  # culprit


@n_plus_one("shelf.Book.author", path="author", fix='select_related("author")', populate=populate.books,
            mechanical=False)  # fmt: skip
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


@n_plus_one("contenttypes.ContentType.None", "shelf.Comment.content_type", path="content_type",
            fix='select_related("content_type")', populate=populate.comments)  # fmt: skip
def content_type_key(request):
    comments = Comment.objects.all()  # queryset
    return JsonResponse([comment.content_type.model for comment in comments], safe=False)  # culprit


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
    @lru_cache(maxsize=None)
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
    return JsonResponse({isbn: book.price for isbn, book in Book.objects.in_bulk(isbns, field_name="isbn").items()})


@n_plus_one("shelf.Author.profile", path="author__profile", fix='select_related("author__profile")',
            populate=populate.books)  # fmt: skip
def reverse_one_to_one_behind_join(request):
    rows = []
    for book in Book.objects.select_related("author"):  # queryset
        profile = getattr(book.author, "profile", None)  # culprit
        rows.append(profile.bio if profile else book.author.name)
    return JsonResponse(rows, safe=False)


@n_plus_one("shelf.Author.books", path="author__books", fix='prefetch_related("author__books")',
            populate=populate.books)  # fmt: skip
def to_many_behind_join(request):
    books = Book.objects.select_related("author").order_by("pk")  # queryset
    others = {book.title: [other.title for other in book.author.books.all()] for book in books}  # culprit
    return JsonResponse(others)


@n_plus_one("shelf.Book.summary", fix=mentions("summary", "defer(None)"), populate=populate.prolific_authors)
def deferred_in_prefetched_rows(request):
    short = Prefetch("books", queryset=Book.objects.only("title", "author"))  # queryset
    authors = Author.objects.filter(name__startswith="Prolific").prefetch_related(short)  # queryset
    return JsonResponse([book.summary for author in authors for book in author.books.all()], safe=False)  # culprit


@fixed("deferred_in_prefetched_rows")
def deferred_in_prefetched_rows_fixed(request):
    authors = Author.objects.filter(name__startswith="Prolific").prefetch_related("books")
    return JsonResponse([book.summary for author in authors for book in author.books.all()], safe=False)


@n_plus_one("shelf.Author.books", path="books", fix=mentions("Prefetch("), populate=populate.prolific_authors)
def slice_of_children(request):
    rows = []
    for author in Author.objects.filter(name__startswith="Prolific"):  # queryset
        rows.append([book.title for book in author.books.order_by("-price")[:3]])  # culprit
    return JsonResponse(rows, safe=False)


@fixed("slice_of_children")
def slice_of_children_fixed(request):
    dear = Prefetch("books", queryset=Book.objects.order_by("-price")[:3], to_attr="dear_books")
    authors = Author.objects.filter(name__startswith="Prolific").prefetch_related(dear)
    return JsonResponse([[book.title for book in author.dear_books] for author in authors], safe=False)


@n_plus_one("shelf.Book.tags", **TAGS)
def membership_test(request):
    wanted = Book.objects.order_by("pk").first().tags.first()
    hits = 0
    for book in Book.objects.all():  # queryset
        if wanted in book.tags.all():  # culprit
            hits += 1
    return HttpResponse(str(hits))


@n_plus_one("shelf.Book.tags", **TAGS)
def truth_of_children(request):
    tagged = [book.pk for book in Book.objects.all() if book.tags.all()]  # queryset # culprit
    return JsonResponse(tagged, safe=False)


@n_plus_one("shelf.Customer.order_set", path="order__customer__order_set",
            fix=mentions("annotate", "Count("), populate=populate.orders)  # fmt: skip
def count_of_a_grandparents_children(request):
    lines = Line.objects.select_related("order__customer")  # queryset
    return JsonResponse([line.order.customer.order_set.count() for line in lines], safe=False)  # culprit


@fixed("count_of_a_grandparents_children")
def count_of_a_grandparents_children_fixed(request):
    from django.db.models import Count

    lines = Line.objects.annotate(orders=Count("order__customer__order"))
    return JsonResponse([line.orders for line in lines], safe=False)


@n_plus_one("auth.User.customer", "shelf.Customer.order_set", path="customer__order_set",
            fix='prefetch_related("customer__order_set")', populate=populate.orders)  # fmt: skip
def reverse_one_to_one_then_children(request):
    rows = {}
    for user in User.objects.order_by("username"):  # queryset
        rows[user.username] = [order.number for order in user.customer.order_set.all()]  # culprit
    return JsonResponse(rows)


@n_plus_one("shelf.Order.customer", "shelf.Customer.user", path="customer__user",
            fix='select_related("customer__user")', populate=populate.orders)  # fmt: skip
def nested_class_and_property(request):
    class Receipt:
        def __init__(self, order):
            self.order = order

        @property
        def user(self):
            return self.order.customer.user  # culprit

        def __str__(self):
            return f"{self.order.number} {self.user.username}"

    return HttpResponse("\n".join(f"{Receipt(order)}" for order in Order.objects.all()))  # queryset


@n_plus_one("shelf.Review.user", path="review_set__user", fix='prefetch_related("review_set__user")',
            populate=populate.reviewed_books)  # fmt: skip
def best_review_of_prefetched(request):
    rows = []
    for book in Book.objects.prefetch_related("review_set"):  # queryset
        best = max(book.review_set.all(), key=lambda review: review.stars, default=None)
        rows.append(best.user.username if best else "")  # culprit
    return JsonResponse(rows, safe=False)


@n_plus_one("shelf.Review.book", "shelf.Book.author", path="book__author", fix='select_related("book__author")',
            populate=populate.reviewed_books)  # fmt: skip
def two_hops_in_two_functions(request):
    def book_of(review):
        return review.book  # culprit

    def author_of(book):
        return book.author  # culprit

    reviews = Review.objects.order_by("pk")  # queryset
    return JsonResponse([author_of(book_of(review)).name for review in reviews], safe=False)
