"""Pipelines, callbacks, rules and policies between a view and its rows."""

from collections import defaultdict

from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Book, Category, Line, Order, Review

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
PUBLISHER = {"path": "publisher", "fix": 'select_related("publisher")', "populate": populate.books}


def _only_published(books):
    return (book for book in books if book.is_published)


def _with_author(books):
    for book in books:
        yield book, book.author  # culprit: domain_pipeline


def _as_lines(pairs):
    yield "title;author"
    yield from (f"{book.title};{author.name}" for book, author in pairs)


@n_plus_one("shelf.Book.author", **AUTHOR)
def domain_pipeline(request):
    books = Book.objects.order_by("title").iterator(chunk_size=200)  # queryset
    return HttpResponse("\n".join(_as_lines(_with_author(_only_published(books)))))


def each(rows, callback, *, on_error=None):
    for row in rows:
        try:
            callback(row)
        except ValueError as error:
            if on_error:
                on_error(error)


@n_plus_one("shelf.Book.category", path="category", fix='select_related("category")', populate=populate.books)
def domain_callback(request):
    names = []

    def remember(book):
        names.append(book.category.name)  # culprit

    each(Book.objects.exclude(category=None), remember)  # queryset
    return HttpResponse(str(names))


class Rule:
    """A rule of a registry; every rule looks at every row."""

    registry = []

    def __init_subclass__(cls):
        Rule.registry.append(cls())


class HasPublisher(Rule):
    def __call__(self, book):
        return bool(book.publisher.country_id)  # culprit: domain_rules


class HasPrice(Rule):
    def __call__(self, book):
        return book.price > 0


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
def domain_rules(request):
    books = Book.objects.all()  # queryset
    valid = [book.pk for book in books if all(rule(book) for rule in Rule.registry)]
    return JsonResponse(valid, safe=False)


def visible_lines(order):
    """A policy that asks again for what the page has already fetched."""
    return [line for line in Line.objects.filter(order=order) if line.quantity]  # culprit: domain_policy


@n_plus_one(populate=populate.orders)
def domain_policy(request):
    orders = Order.objects.select_related("customer").prefetch_related("lines")
    return JsonResponse({order.number: len(visible_lines(order)) for order in orders})


@fixed("domain_policy")
def domain_policy_fixed(request):
    orders = Order.objects.select_related("customer").prefetch_related("lines")
    return JsonResponse(
        {order.number: len([one for one in order.lines.all() if one.quantity]) for order in orders}
    )


@n_plus_one(
    "shelf.Category.parent", path="parent", fix='select_related("parent")', populate=populate.categories
)
def domain_parents_of_children(request):
    children = Category.objects.filter(name__startswith="Middle")  # queryset
    tree = defaultdict(list)
    for child in children:
        tree[child.parent.name].append(child.name)  # culprit
    return JsonResponse(tree)


@n_plus_one("auth.User.reviews", path="reviews", fix=mentions("annotate("), populate=populate.reviewed_books)
def domain_aggregate_per_user(request):
    from django.contrib.auth.models import User
    from django.db.models import Avg

    users = User.objects.filter(is_active=True)  # queryset
    means = {}
    for user in users:
        means[user.username] = user.reviews.aggregate(mean=Avg("stars"))["mean"]  # culprit
    return JsonResponse(means)


@fixed("domain_aggregate_per_user")
def domain_aggregate_per_user_fixed(request):
    from django.db.models import Avg

    means = Review.objects.values("user__username").annotate(mean=Avg("stars"))
    return JsonResponse(list(means), safe=False)
