"""Hops behind joins, prefetches and one another; children asked in less usual ways."""

from django.contrib.auth.models import User
from django.db.models import Prefetch
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Line, Order, Review

TAGS = {"path": "tags", "fix": 'prefetch_related("tags")', "populate": populate.tagged_books}


@n_plus_one(
    "shelf.Author.profile",
    path="author__profile",
    fix='select_related("author__profile")',
    populate=populate.books,
)
def reverse_one_to_one_behind_join(request):
    rows = []
    for book in Book.objects.select_related("author"):  # queryset
        profile = getattr(book.author, "profile", None)  # culprit
        rows.append(profile.bio if profile else book.author.name)
    return JsonResponse(rows, safe=False)


@n_plus_one(
    "shelf.Author.books",
    path="author__books",
    fix='prefetch_related("author__books")',
    populate=populate.books,
)
def to_many_behind_join(request):
    books = Book.objects.select_related("author").order_by("pk")  # queryset
    others = {book.title: [other.title for other in book.author.books.all()] for book in books}  # culprit
    return JsonResponse(others)


@n_plus_one("shelf.Book.summary", fix=mentions("summary", "defer(None)"), populate=populate.prolific_authors)
def deferred_in_prefetched_rows(request):
    short = Prefetch("books", queryset=Book.objects.only("title", "author"))  # queryset
    authors = Author.objects.filter(name__startswith="Prolific").prefetch_related(short)  # queryset
    rows = [book.summary for author in authors for book in author.books.all()]  # culprit
    return JsonResponse(rows, safe=False)


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


@n_plus_one(
    "shelf.Customer.order_set",
    path="order__customer__order_set",
    fix=mentions("annotate", "Count("),
    populate=populate.orders,
)
def count_of_a_grandparents_children(request):
    lines = Line.objects.select_related("order__customer")  # queryset
    return JsonResponse([line.order.customer.order_set.count() for line in lines], safe=False)  # culprit


@fixed("count_of_a_grandparents_children")
def count_of_a_grandparents_children_fixed(request):
    from django.db.models import Count

    lines = Line.objects.annotate(orders=Count("order__customer__order"))
    return JsonResponse([line.orders for line in lines], safe=False)


@n_plus_one(
    "auth.User.customer",
    "shelf.Customer.order_set",
    path="customer__order_set",
    fix='prefetch_related("customer__order_set")',
    populate=populate.orders,
)
def reverse_one_to_one_then_children(request):
    rows = {}
    for user in User.objects.order_by("username"):  # queryset
        rows[user.username] = [order.number for order in user.customer.order_set.all()]  # culprit
    return JsonResponse(rows)


@n_plus_one(
    "shelf.Order.customer",
    "shelf.Customer.user",
    path="customer__user",
    fix='select_related("customer__user")',
    populate=populate.orders,
)
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


@n_plus_one(
    "shelf.Review.user",
    path="review_set__user",
    fix='prefetch_related("review_set__user")',
    populate=populate.reviewed_books,
)
def best_review_of_prefetched(request):
    rows = []
    for book in Book.objects.prefetch_related("review_set"):  # queryset
        best = max(book.review_set.all(), key=lambda review: review.stars, default=None)
        rows.append(best.user.username if best else "")  # culprit
    return JsonResponse(rows, safe=False)


@n_plus_one(
    "shelf.Review.book",
    "shelf.Book.author",
    path="book__author",
    fix='select_related("book__author")',
    populate=populate.reviewed_books,
)
def two_hops_in_two_functions(request):
    def book_of(review):
        return review.book  # culprit

    def author_of(book):
        return book.author  # culprit

    reviews = Review.objects.order_by("pk")  # queryset
    return JsonResponse([author_of(book_of(review)).name for review in reviews], safe=False)
