"""Paths of two and three hops, and second hops behind an eager first one."""

from django.db.models import Prefetch
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import clean, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Contribution, Line, Order

CHAIN = ("shelf.Book.publisher", "shelf.Publisher.country", "shelf.Country.region")


@n_plus_one(
    *CHAIN,
    path="publisher__country__region",
    fix='select_related("publisher__country__region")',
    populate=populate.books,
)
def three_hops(request):
    books = Book.objects.all()  # queryset
    return HttpResponse(", ".join(book.publisher.country.region.name for book in books))  # culprit


@n_plus_one(
    *CHAIN,
    path="publisher__country__region",
    fix='select_related("publisher__country__region")',
    populate=populate.books,
)
def three_hops_on_three_lines(request):
    rows = []
    for book in Book.objects.all():  # queryset
        publisher = book.publisher  # culprit
        country = publisher.country  # culprit
        rows.append(country.region.name)  # culprit
    return JsonResponse(rows, safe=False)


@n_plus_one(
    "shelf.Publisher.country",
    path="publisher__country",
    fix='select_related("publisher__country")',
    populate=populate.books,
)
def second_hop_behind_select_related(request):
    books = Book.objects.select_related("publisher").filter(price__gte=1)  # queryset
    return HttpResponse(", ".join(book.publisher.country.name for book in books))  # culprit


@n_plus_one(
    "shelf.Author.country",
    path="contributors__country",
    fix='prefetch_related("contributors__country")',
    populate=populate.contributed_books,
)
def second_hop_behind_prefetch(request):
    names = []
    for book in Book.objects.prefetch_related("contributors"):  # queryset
        for person in book.contributors.all():
            names.append(person.country.name)  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one(
    "shelf.Contribution.person",
    path="contributions__person",
    fix='prefetch_related("contributions__person")',
    populate=populate.contributed_books,
)
def hop_from_through_rows(request):
    books = Book.objects.prefetch_related("contributions")  # queryset
    rows = {}
    for book in books:
        rows[book.pk] = [f"{row.role} {row.person.name}" for row in book.contributions.all()]  # culprit
    return JsonResponse(rows)


@n_plus_one(
    "shelf.Order.lines",
    "shelf.Line.product",
    path="lines__product",
    fix='prefetch_related("lines__product")',
    populate=populate.orders,
)
def lines_and_their_products(request):
    rows = []
    for order in Order.objects.all():  # queryset
        for line in order.lines.all():  # culprit
            rows.append(line.product.title)  # culprit
    return JsonResponse(rows, safe=False)


@n_plus_one(
    "shelf.Line.product",
    path="lines__product",
    fix='prefetch_related("lines__product")',
    populate=populate.orders,
)
def product_behind_prefetched_lines(request):
    orders = Order.objects.prefetch_related("lines").order_by("number")  # queryset
    titles = [line.product.title for order in orders for line in order.lines.all()]  # culprit
    return JsonResponse(titles, safe=False)


@n_plus_one(
    "shelf.Customer.user",
    path="order__customer__user",
    fix='select_related("order__customer__user")',
    populate=populate.orders,
)
def last_hop_behind_two_selected(request):
    lines = Line.objects.select_related("order__customer")  # queryset
    return HttpResponse(" ".join(line.order.customer.user.email for line in lines))  # culprit


@n_plus_one(
    "shelf.Book.publisher",
    path="listed__publisher",
    fix='prefetch_related("listed__publisher")',
    populate=populate.prolific_authors,
)
def hop_behind_to_attr(request):
    published = Prefetch("books", queryset=Book.objects.filter(is_published=True), to_attr="listed")
    authors = Author.objects.filter(name__startswith="Prolific").prefetch_related(published)  # queryset
    names = [book.publisher.name for author in authors for book in author.listed]  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one(
    "shelf.Book.publisher",
    path="publisher",
    fix='select_related("publisher")',
    populate=populate.books_of_author,
)
def loop_over_one_parents_children(request):
    author = Author.objects.filter(books__isnull=False).first()
    books = author.books.all()  # queryset
    return HttpResponse(", ".join(book.publisher.name for book in books))  # culprit


@clean(populate=populate.contributed_books)
def to_many_hops_prefetched(request):
    books = Book.objects.prefetch_related("contributors__country", "publisher__country__region")
    rows = [
        (person.country and person.country.name, book.publisher.country.region.name)
        for book in books
        for person in book.contributors.all()
    ]
    return JsonResponse(rows, safe=False)


@clean(populate=populate.contributed_books)
def key_to_row_at_hand(request):
    rows = Contribution.objects.select_related("book").filter(role="ink")
    return HttpResponse(" ".join(f"{row.book.title} {row.person_id}" for row in rows))


@clean(populate=populate.orders)
def lines_of_a_parent_know_it(request):
    order = Order.objects.order_by("pk").first()
    lines = order.lines.select_related("product")
    return HttpResponse(" ".join(f"{line.order.number} {line.product.title}" for line in lines))


@clean(populate=populate.prolific_authors)
def prefetched_to_attr_with_its_own_join(request):
    books = Book.objects.select_related("publisher").order_by("title")
    authors = Author.objects.prefetch_related(Prefetch("books", queryset=books, to_attr="listed"))
    return JsonResponse({one.pk: [book.publisher.name for book in one.listed] for one in authors})
