"""Rows that travel: copied, cached, swapped, shared, annotated, refreshed."""

import copy
import json
import pickle

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, Prefetch, Subquery
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Category, Comment, Line, Order, Profile, Review, Tag

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}


@n_plus_one("shelf.Book.author", **AUTHOR)
def instances_shallow_copies(request):
    books = Book.objects.order_by("pk")  # queryset
    copies = [copy.copy(book) for book in books]
    return JsonResponse([one.author.name for one in copies], safe=False)  # culprit


@n_plus_one(
    "shelf.Book.author",
    fix=mentions("select_related", "fetch the relation"),
    populate=populate.books,
    two_rows=True,
)
def instances_unpickled_from_a_list(request):
    """Where they were loaded is not known any more: the relation and the line are."""
    stored = pickle.dumps(list(Book.objects.all()))
    names = [book.author.name for book in pickle.loads(stored)]  # culprit
    return JsonResponse(names, safe=False)


@fixed("instances_unpickled_from_a_list")
def instances_unpickled_joined(request):
    stored = pickle.dumps(list(Book.objects.select_related("author")))
    return JsonResponse([book.author.name for book in pickle.loads(stored)], safe=False)


@n_plus_one(
    "shelf.Review.user",
    path=("user", "review_set__user", "liked__user"),
    fix=('prefetch_related("liked__user")', 'select_related("user")'),
    populate=populate.reviewed_books,
)
def instances_behind_prefetch_object(request):
    reviews = Review.objects.filter(stars__gt=0)  # queryset
    liked = Prefetch("review_set", queryset=reviews, to_attr="liked")
    books = Book.objects.prefetch_related(liked)  # queryset
    rows = {book.title: [one.user.username for one in book.liked] for book in books}  # culprit
    return JsonResponse(rows)


@fixed("instances_behind_prefetch_object")
def instances_behind_prefetch_object_fixed(request):
    reviews = Review.objects.filter(stars__gt=0).select_related("user")
    books = Book.objects.prefetch_related(Prefetch("review_set", queryset=reviews, to_attr="liked"))
    return JsonResponse({book.title: [one.user.username for one in book.liked] for book in books})


@n_plus_one("shelf.Book.author", **AUTHOR)
def instances_refused_by_a_later_clone(request):
    """The join is put on a queryset that is thrown away."""
    books = Book.objects.all()  # queryset
    books.select_related("author")
    return JsonResponse([book.author.name for book in books], safe=False)  # culprit


@n_plus_one("shelf.Book.author", **AUTHOR)
def instances_after_refresh(request):
    """Refreshing forgets the joined row: what is read next is read again."""
    books = list(Book.objects.order_by("pk"))  # queryset
    for book in books:
        book.title = book.title.strip()
    return HttpResponse(", ".join(f"{book.title}: {book.author.name}" for book in reversed(books)))  # culprit


@n_plus_one("shelf.Book.tags", path="tags", fix=mentions("go over all()"), populate=populate.tagged_books)
def instances_prefetch_bypassed_by_order(request):
    books = Book.objects.prefetch_related("tags")  # queryset
    rows = [[tag.name for tag in book.tags.order_by("name")] for book in books]  # culprit
    return JsonResponse(rows, safe=False)


@fixed("instances_prefetch_bypassed_by_order")
def instances_prefetch_ordered(request):
    books = Book.objects.prefetch_related(Prefetch("tags", queryset=Tag.objects.order_by("name")))
    return JsonResponse([[tag.name for tag in book.tags.all()] for book in books], safe=False)


@n_plus_one(
    "shelf.Line.product",
    path=("lines__product", "product"),
    fix=('prefetch_related("lines__product")', 'select_related("product")'),
    populate=populate.lines_of_one_order,
)
def instances_of_one_parents_children(request):
    order = Order.objects.filter(lines__isnull=False).distinct().get()  # queryset
    return JsonResponse({line.pk: line.product.title for line in order.lines.all()})  # culprit # queryset


@fixed("instances_of_one_parents_children")
def instances_of_one_parents_children_fixed(request):
    order = Order.objects.filter(lines__isnull=False).distinct().get()
    return JsonResponse({line.pk: line.product.title for line in order.lines.select_related("product")})


@n_plus_one(
    "shelf.Profile.author",
    "shelf.Author.country",
    path="author__country",
    fix='select_related("author__country")',
    populate=populate.profiles,
)
def instances_two_loops_two_hops(request):
    profiles = list(Profile.objects.all())  # queryset
    names = [profile.author.name for profile in profiles]  # culprit
    homes = [profile.author.country.name for profile in profiles]  # culprit
    return JsonResponse([names, homes], safe=False)


@clean(populate=populate.books)
def instances_swapped_by_hand(request):
    books = list(Book.objects.all())
    people = Author.objects.in_bulk([book.author_id for book in books])
    for book in books:
        book.author = people[book.author_id]
    return JsonResponse([copy.copy(book).author.name for book in books], safe=False)


@clean(populate=populate.books, warm=True)
def instances_from_a_warm_cache(request):
    books = cache.get("books")
    if books is None:
        books = list(Book.objects.select_related("author__country"))
        cache.set("books", books)
    return JsonResponse([book.author.country.name for book in books], safe=False)


@clean(populate=populate.reviewed_books)
def instances_with_subqueries(request):
    best = Review.objects.filter(book=OuterRef("pk")).order_by("-stars")
    books = Book.objects.annotate(
        best=Subquery(best.values("stars")[:1]), reviewed=Exists(best), house=F("publisher__name")
    )
    return JsonResponse([[book.best, book.reviewed, book.house] for book in books], safe=False)


@clean(populate=populate.comments)
def instances_of_mixed_targets_prefetched(request):
    texts = [str(comment.target.pk) for comment in Comment.objects.prefetch_related("target")]
    return HttpResponse(" ".join(texts))


@clean(populate=populate.prolific_authors)
def instances_children_read_back(request):
    """A child fetched through its parent knows its parent."""
    author = Author.objects.filter(name__startswith="Prolific").order_by("pk").first()
    return HttpResponse(", ".join(f"{book.title} {book.author.name}" for book in author.books.all()))


@clean(populate=populate.books)
def instances_dumped_as_they_stand(request):
    rows = [
        {key: str(value) for key, value in vars(book).items() if key[0] != "_"} for book in Book.objects.all()
    ]
    return HttpResponse(json.dumps(rows))


@clean(populate=populate.orders)
def instances_locked(request):
    from django.db import transaction

    with transaction.atomic():
        orders = list(Order.objects.select_for_update().select_related("customer__user").order_by("pk"))
        names = [order.customer.user.username for order in orders]
    return JsonResponse(names, safe=False)


@clean(populate=populate.books)
def instances_union_of_three(request):
    cheap = Book.objects.filter(price__lt=20).values_list("title", "author__name")
    dear = Book.objects.filter(price__gte=20).values_list("title", "author__name")
    people = Category.objects.values_list("name", "parent__name")
    return JsonResponse(list(cheap.union(dear, people)), safe=False)


@clean(populate=populate.orders)
def instances_of_the_signed_in_user(request):
    user = User.objects.order_by("pk").first()
    orders = user.customer.order_set.prefetch_related("lines__product")
    return JsonResponse([[line.product.title for line in order.lines.all()] for order in orders], safe=False)


@clean(populate=populate.orders)
def instances_in_two_steps(request):
    orders = list(Order.objects.all())
    lines = Line.objects.filter(order__in=orders).select_related("product")
    by_order = {}
    for line in lines:
        by_order.setdefault(line.order_id, []).append(line.product.title)
    return JsonResponse({order.number: by_order.get(order.pk) for order in orders})
