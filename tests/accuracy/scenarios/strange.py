"""Rows that come by another way, and reads that hide in delegation, pipelines and pages."""

import heapq
from functools import singledispatch
from operator import attrgetter

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html_join

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Customer, Order

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}


@n_plus_one("shelf.Book.author", **AUTHOR)
def rows_of_in_bulk(request):
    books = Book.objects.in_bulk()  # queryset
    return JsonResponse({pk: book.author.name for pk, book in books.items()})  # culprit


@n_plus_one("shelf.Book.author", batch=5, **AUTHOR)
def rows_on_every_page(request):
    paginator = Paginator(Book.objects.order_by("pk"), 5)  # queryset
    names = [book.author.name for page in paginator for book in page]  # culprit
    return JsonResponse(names, safe=False)


@fixed("rows_on_every_page")
def rows_on_every_page_fixed(request):
    paginator = Paginator(Book.objects.select_related("author").order_by("pk"), 50)
    return JsonResponse([book.author.name for page in paginator for book in page], safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def rows_of_an_iterator_in_chunks(request):
    names = []
    for book in Book.objects.order_by("pk").iterator(chunk_size=2):  # queryset
        names.append(book.author.name)  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def rows_of_two_querysets_or_ed(request):
    books = Book.objects.filter(price=10) | Book.objects.filter(price=20)  # queryset
    return JsonResponse([book.author.name for book in books.distinct()], safe=False)  # culprit


@fixed("rows_of_two_querysets_or_ed")
def rows_of_two_querysets_or_ed_fixed(request):
    books = Book.objects.filter(price=10) | Book.objects.filter(price=20)
    return JsonResponse([book.author.name for book in books.select_related("author")], safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def html_of_join(request):
    books = Book.objects.all()  # queryset
    rows = ((book.title, book.author.name) for book in books)  # culprit
    return HttpResponse(format_html_join("\n", "<li>{} {}</li>", rows))


class Presented:
    """Hands every attribute on to the row."""

    def __init__(self, row):
        self._row = row

    def __getattr__(self, name):
        return getattr(self._row, name)  # culprit: attribute_by_delegation


@n_plus_one("shelf.Book.author", **AUTHOR)
def attribute_by_delegation(request):
    books = [Presented(book) for book in Book.objects.all()]  # queryset
    return HttpResponse(" ".join(book.author.name for book in books))  # culprit


@n_plus_one("shelf.Book.author", **AUTHOR)
def attrgetter_in_map(request):
    books = Book.objects.order_by("title")  # queryset
    names = list(map(attrgetter("author.name"), books))  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def three_largest(request):
    books = Book.objects.all()  # queryset
    top = heapq.nlargest(3, books, key=lambda book: book.author.name)  # culprit
    return JsonResponse([book.title for book in top], safe=False)


@singledispatch
def shown(row):
    return str(row.pk)


@shown.register
def _(row: Book):
    return f"{row.title} by {row.author.name}"  # culprit: single_dispatch


@n_plus_one("shelf.Book.author", **AUTHOR)
def single_dispatch(request):
    lines = []
    for number, book in enumerate(reversed(Book.objects.all())):  # queryset
        lines.append(f"{number} {shown(book)}")
    return HttpResponse("\n".join(lines))


@n_plus_one("shelf.Book.author", **AUTHOR)
def pipeline_of_generators(request):
    def cheap(books):
        return (book for book in books if book.price < 100)

    def with_names(books):
        for book in books:
            yield book, book.author.name  # culprit

    def lines(pairs):
        yield from (f"{book.title} {name}" for book, name in pairs)

    books = Book.objects.all()  # queryset
    return HttpResponse("\n".join(lines(with_names(cheap(books)))))


@n_plus_one(
    "shelf.Order.lines",
    "shelf.Line.product",
    path=("lines", "lines__product"),
    fix=mentions("Prefetch(", "prefetch_related("),
    populate=populate.orders,
    mechanical=False,
)
def hop_from_first_child(request):
    titles = []
    for order in Order.objects.all():  # queryset
        line = order.lines.first()  # culprit
        titles.append(line.product.title)  # culprit
    return JsonResponse(titles, safe=False)


@fixed("hop_from_first_child")
def hop_from_first_child_fixed(request):
    orders = Order.objects.prefetch_related("lines__product")
    return JsonResponse([order.lines.all()[0].product.title for order in orders], safe=False)


@n_plus_one(
    "shelf.Customer.user",
    fix=mentions("in_bulk", "__in", "select_related"),
    populate=populate.orders,
    more_findings=1,
    two_rows=False,
)
def hop_from_a_row_got_by_hand(request):
    names = []
    for order in Order.objects.order_by("pk"):
        customer = Customer.objects.get(pk=order.customer_id)  # culprit
        names.append(customer.user.username)  # culprit
    return JsonResponse(names, safe=False)


@fixed("hop_from_a_row_got_by_hand")
def hop_from_a_row_got_by_hand_fixed(request):
    orders = Order.objects.select_related("customer__user")
    return JsonResponse([order.customer.user.username for order in orders], safe=False)


@n_plus_one(
    "shelf.Book.author",
    "shelf.Author.books",
    path=("author", "author__books"),
    fix=mentions("select_related", "annotate", "Count("),
    populate=populate.books,
    mechanical=False,
    more_findings=1,
)
def count_behind_a_lazy_key(request):
    books = Book.objects.all()  # queryset
    return JsonResponse([book.author.books.count() for book in books], safe=False)  # culprit


@fixed("count_behind_a_lazy_key")
def count_behind_a_lazy_key_fixed(request):
    from django.db.models import Count

    return JsonResponse(
        [book.written for book in Book.objects.annotate(written=Count("author__books"))], safe=False
    )


@n_plus_one("shelf.Book.author", mechanical=False, **AUTHOR)
def join_wiped_out_later(request):
    books = Book.objects.published().with_people().select_related(None)  # queryset
    return JsonResponse([book.author.name for book in books], safe=False)  # culprit


@fixed("join_wiped_out_later")
def join_wiped_out_later_fixed(request):
    books = Book.objects.published().with_people()
    return JsonResponse([book.author.name for book in books], safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def node_that_loops_itself(request):
    return render(request, "accuracy/own_node.html", {"books": Book.objects.all()})  # queryset


@n_plus_one(
    "shelf.Author.books",
    path="books",
    fix=mentions("annotate", "Exists(", "Count(", "Prefetch("),
    populate=populate.prolific_authors,
    more_findings=1,
)
def exists_and_count_of_one_relation(request):
    rows = []
    for author in Author.objects.filter(name__startswith="Prolific"):  # queryset
        if author.books.exists():  # culprit
            rows.append(author.books.count())  # culprit
    return JsonResponse(rows, safe=False)


@fixed("exists_and_count_of_one_relation")
def exists_and_count_fixed(request):
    from django.db.models import Count

    return JsonResponse([one.written for one in Author.objects.annotate(written=Count("books"))], safe=False)
