"""What Python offers around a loop: iterators, context managers, closures, queues."""

import collections
import contextlib
import heapq
import itertools
import operator
import statistics

from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Edition, Order, Review, Shipment

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
PUBLISHER = {"path": "publisher", "fix": 'select_related("publisher")', "populate": populate.books}
REVIEWS = {"path": "review_set", "fix": 'prefetch_related("review_set")', "populate": populate.reviewed_books}


@n_plus_one("shelf.Book.author", **AUTHOR)
def language_starmap(request):
    def line(place, book):
        return f"{place}: {book.author.name}"  # culprit

    books = Book.objects.order_by("-price")  # queryset
    return HttpResponse("\n".join(itertools.starmap(line, enumerate(books, 1))))


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
def language_islice_and_chain(request):
    books = Book.objects.all()  # queryset
    first = itertools.islice(books, 100)
    framed = itertools.chain(["start"], (book.publisher.name for book in first))  # culprit
    return HttpResponse(" ".join(framed))


@n_plus_one("shelf.Book.author", **AUTHOR)
def language_all_with_condition(request):
    books = Book.objects.filter(is_published=True)  # queryset
    fine = all("@" in book.author.email for book in books if book.price)  # culprit
    return HttpResponse(str(fine))


@n_plus_one("shelf.Book.author", **AUTHOR)
def language_set_comprehension(request):
    names = {book.author.name.casefold() for book in Book.objects.order_by()}  # queryset # culprit
    return HttpResponse(str(sorted(names)))


@n_plus_one("shelf.Book.review_set", **REVIEWS)
def language_double_comprehension(request):
    books = Book.objects.all()  # queryset
    stars = [one.stars for book in books for one in book.review_set.all() if one.stars > 1]  # culprit
    return HttpResponse(str(statistics.mean(stars) if stars else 0))


@contextlib.contextmanager
def opened(book):
    publisher = book.publisher  # culprit: language_context_manager, language_exit_stack
    try:
        yield publisher.name
    finally:
        publisher.name = publisher.name.strip()


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
def language_context_manager(request):
    names = []
    for book in Book.objects.all():  # queryset
        with opened(book) as name:
            names.append(name)
    return JsonResponse(names, safe=False)


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
def language_exit_stack(request):
    with contextlib.ExitStack() as stack:
        names = [stack.enter_context(opened(book)) for book in Book.objects.order_by("pk")]  # queryset
    return JsonResponse(names, safe=False)


@n_plus_one(
    "shelf.Author.books", path="books", fix='prefetch_related("books")', populate=populate.prolific_authors
)
def language_deque(request):
    queue = collections.deque(Author.objects.filter(name__startswith="Prolific"))  # queryset
    titles = []
    while queue:
        author = queue.popleft()
        try:
            titles.extend(book.title for book in author.books.all())  # culprit
        finally:
            author.books_listed = True
    return JsonResponse(titles, safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def language_heap(request):
    heap = []
    for book in Book.objects.all():  # queryset
        heapq.heappush(heap, (book.author.name, book.pk))  # culprit
    return HttpResponse(str(heapq.nsmallest(3, heap)))


@n_plus_one("shelf.Book.author", **AUTHOR)
def language_next_in_while(request):
    rows = iter(Book.objects.all())  # queryset
    names = []
    while (book := next(rows, None)) is not None:
        names.append(book.author.name)  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one(
    "shelf.Shipment.source",
    "shelf.Shipment.target",
    path=("source", "target"),
    fix=('select_related("source", "target")', 'select_related("source")', 'select_related("target")'),
    populate=populate.shipments,
)
def language_two_keys_in_one_line(request):
    shipments = Shipment.objects.order_by("number")  # queryset
    routes = [f"{one.source.city} - {one.target.city}" for one in shipments]  # culprit
    return JsonResponse(routes, safe=False)


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
def language_closure(request):
    def namer(book):
        def name():
            return book.publisher.name  # culprit

        return name

    namers = [namer(book) for book in Book.objects.filter(price__gt=0)]  # queryset
    return HttpResponse(" ".join(name() for name in namers))


@n_plus_one(
    "shelf.Edition.book",
    "shelf.Book.author",
    path="book__author",
    fix='select_related("book__author")',
    populate=populate.editions,
)
def language_attrgetter_of_two(request):
    fields = operator.attrgetter("year", "book.title", "book.author.name")
    rows = [fields(edition) for edition in Edition.objects.order_by("year")]  # queryset # culprit
    return JsonResponse(rows, safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def language_match_on_class(request):
    lines = []
    for row in itertools.chain(Book.objects.all(), [None]):  # queryset
        match row:
            case Book(is_published=True):
                lines.append(row.author.name)  # culprit
            case Book():
                lines.append(row.title)
            case None:
                lines.append("end")
    return HttpResponse("\n".join(lines))


@n_plus_one(populate=populate.reviewed_books)
def language_filter_in_next(request):
    firsts = []
    for book in Book.objects.order_by("pk"):
        reviews = Review.objects.filter(book_id=book.pk).order_by("-stars")  # culprit
        firsts.append(next((review.stars for review in reviews), 0))  # culprit
    return JsonResponse(firsts, safe=False)


@fixed("language_filter_in_next")
def language_filter_in_next_fixed(request):
    best = {}
    for review in Review.objects.order_by("stars"):
        best[review.book_id] = review.stars
    return JsonResponse(best)


@n_plus_one(
    "shelf.Order.customer", path="customer", fix='select_related("customer")', populate=populate.orders
)
def language_defaultdict_of_keys(request):
    grouped = collections.defaultdict(list)
    for order in Order.objects.filter(is_paid=False).iterator():  # queryset
        grouped[order.customer].append(order.number)  # culprit
    return HttpResponse(str({customer.pk: numbers for customer, numbers in grouped.items()}))


@n_plus_one(fix=mentions("in_bulk", "__in"), populate=populate.books, one_row=False)
def language_dict_cache_that_never_hits(request):
    """Every book has its own author, so the cache is no help."""
    known = {}
    for book in Book.objects.order_by("title"):
        if book.author_id not in known:
            known[book.author_id] = Author.objects.get(pk=book.author_id)  # culprit
    return JsonResponse([author.name for author in known.values()], safe=False)


@fixed("language_dict_cache_that_never_hits")
def language_dict_cache_fixed(request):
    known = Author.objects.in_bulk({book.author_id for book in Book.objects.all()})
    return JsonResponse([author.name for author in known.values()], safe=False)
