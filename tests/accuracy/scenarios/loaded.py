"""Relations at hand already: joined, prefetched, set by hand, shared, NULL, copied, fetched by peers."""

import copy
import pickle

from django.core.cache import cache
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Subquery
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from tests.accuracy.declare import clean, fixed, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Line, Order, Review, Shipment


@clean(populate=populate.books)
def joined_three_hops(request):
    books = Book.objects.select_related("publisher__country__region", "author", "editor")
    rows = [(book.publisher.country.region.name, book.author.name, book.editor.name) for book in books]
    return JsonResponse(rows, safe=False)


@clean(populate=populate.books)
def forward_keys_prefetched(request):
    books = Book.objects.prefetch_related("author__country", "publisher")
    return JsonResponse([(book.author.country.name, book.publisher.name) for book in books], safe=False)


@clean(populate=populate.authors)
def null_keys(request):
    return JsonResponse([author.mentor and author.mentor.name for author in Author.objects.all()], safe=False)


@clean(populate=populate.books)
def key_values_only(request):
    return JsonResponse([(book.author_id, book.publisher_id) for book in Book.objects.all()], safe=False)


@clean(populate=populate.books)
def set_by_hand(request):
    authors = {author.pk: author for author in Author.objects.all()}
    books = list(Book.objects.all())
    for book in books:
        book.author = authors[book.author_id]
    return JsonResponse([book.author.name for book in books], safe=False)


@clean(populate=populate.prolific_authors)
def children_know_their_prefetched_parent(request):
    authors = Author.objects.prefetch_related("books")
    return JsonResponse(
        [f"{book.title} {book.author.name}" for one in authors for book in one.books.all()], safe=False
    )


@clean(populate=populate.lines_of_one_order)
def one_shared_instance(request):
    order = Order.objects.order_by("pk").first()
    lines = list(order.lines.all())
    return JsonResponse([line.order.number for line in lines], safe=False)


@clean(populate=populate.books_of_one_author)
def looked_up_once_in_a_dict(request):
    seen = {}
    names = []
    for book in Book.objects.all():
        if book.author_id not in seen:
            seen[book.author_id] = book.author.name
        names.append(seen[book.author_id])
    return JsonResponse(names, safe=False)


@clean(populate=populate.books)
def relation_read_again_on_each_row(request):
    books = list(Book.objects.select_related("author"))
    first = [book.author.name for book in books]
    second = [book.author.email for book in books]
    return JsonResponse([first, second], safe=False)


@clean(populate=populate.books)
def pickled_and_unpickled(request):
    books = pickle.loads(pickle.dumps(list(Book.objects.select_related("author"))))
    return JsonResponse([book.author.name for book in books], safe=False)


@clean(populate=populate.books)
def deep_copied(request):
    books = copy.deepcopy(list(Book.objects.select_related("publisher")))
    return JsonResponse([book.publisher.name for book in books], safe=False)


@clean(populate=populate.books)
def pickled_queryset(request):
    books = Book.objects.select_related("author")
    again = Book.objects.all()
    again.query = pickle.loads(pickle.dumps(books.query))
    return JsonResponse([book.author.name for book in again], safe=False)


@clean(populate=populate.books, warm=True)
def instances_cached_across_requests(request):
    books = cache.get("books")
    if books is None:
        books = list(Book.objects.select_related("author"))
        cache.set("books", books)
    return JsonResponse([book.author.name for book in books], safe=False)


@n_plus_one("shelf.Book.author", populate=populate.books, warm=True, two_rows=False, one_row=False)
def lazy_instances_cached_across_requests(request):
    """Without a node the relation is named, the origin is not."""
    books = cache.get("books")
    if books is None:
        books = list(Book.objects.all())
        cache.set("books", books)
    return JsonResponse([book.author.name for book in books], safe=False)  # culprit


@n_plus_one("shelf.Book.author", populate=populate.books, two_rows=False, one_row=False)
def lazy_instances_unpickled(request):
    names = []
    for book in pickle.loads(pickle.dumps(list(Book.objects.all()))):
        names.append(book.author.name)  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one("shelf.Book.author", populate=populate.books, two_rows=False, one_row=False)
def lazy_instances_deep_copied(request):
    books = copy.deepcopy(list(Book.objects.all()))
    return HttpResponse(" ".join(book.author.name for book in books))  # culprit


@fixed("lazy_instances_cached_across_requests")
@fixed("lazy_instances_unpickled")
@fixed("lazy_instances_deep_copied")
def instances_joined_before_they_travel(request):
    books = pickle.loads(pickle.dumps(list(Book.objects.select_related("author"))))
    return HttpResponse(" ".join(book.author.name for book in books))


@clean(populate=populate.books)
def instances_made_by_hand(request):
    author = Author.objects.order_by("pk").first()
    drafts = [Book(title=f"Draft {i}", author=author) for i in range(Book.objects.count())]
    return JsonResponse([draft.author.name for draft in drafts], safe=False)


@clean(populate=populate.reviewed_books)
def annotations_instead_of_queries(request):
    reviews = Review.objects.filter(book=OuterRef("pk")).order_by("-stars")
    books = Book.objects.annotate(
        count=Count("review"),
        best=Subquery(reviews.values("stars")[:1]),
        has_any=Exists(reviews),
        writer=F("author__name"),
    )
    rows = [(book.count, book.best, book.has_any, book.writer) for book in books]
    return JsonResponse(rows, safe=False)


@clean(populate=populate.books)
def union_of_two(request):
    cheap = Book.objects.filter(price__lt=5).select_related("author")
    dear = Book.objects.filter(price__gte=5).select_related("author")
    return JsonResponse([book.author.name for book in cheap.union(dear)], safe=False)


@clean(populate=populate.books)
def subquery_in_filter(request):
    authors = Author.objects.filter(pk__in=Book.objects.filter(price__gt=1).values("author"))
    return JsonResponse([author.name for author in authors], safe=False)


@clean(populate=populate.reviewed_books)
def prefetched_and_filtered_in_python(request):
    rows = []
    for book in Book.objects.prefetch_related("review_set"):
        best = [review.stars for review in book.review_set.all() if review.stars > 2]
        rows.append((len(best), max(best, default=0)))
    return JsonResponse(rows, safe=False)


@clean(populate=populate.reviewed_books)
def prefetched_with_queryset_and_join(request):
    reviews = Prefetch("review_set", queryset=Review.objects.filter(stars__gt=1).select_related("user"))
    books = Book.objects.prefetch_related(reviews)
    return render(request, "accuracy/reviews.html", {"books": books})


@clean(populate=populate.orders)
def prefetch_from_both_ends(request):
    lines = Line.objects.select_related("product__publisher").order_by("pk")
    orders = Order.objects.select_related("customer__user").prefetch_related(
        Prefetch("lines", queryset=lines)
    )
    rows = [
        (order.customer.user.username, line.product.publisher.name, line.order.number)
        for order in orders
        for line in order.lines.all()
    ]
    return JsonResponse(rows, safe=False)


@clean(populate=populate.shipments)
def two_keys_of_one_row(request):
    shipment = Shipment.objects.order_by("number").first()
    return HttpResponse(f"{shipment.source.city} {shipment.target.city}")


@clean(populate=populate.books, django=(6, 1))
def fetch_peers_forward(request):
    books = Book.objects.fetch_mode(models.FETCH_PEERS)
    return JsonResponse([(book.author.name, book.publisher.name) for book in books], safe=False)


@clean(populate=populate.authors, django=(6, 1))
def fetch_peers_reverse_one_to_one(request):
    authors = Author.objects.fetch_mode(models.FETCH_PEERS)
    return JsonResponse([hasattr(author, "profile") for author in authors], safe=False)


@clean(populate=populate.books, django=(6, 1))
def fetch_peers_deferred(request):
    books = Book.objects.only("title").fetch_mode(models.FETCH_PEERS)
    return JsonResponse([book.summary for book in books], safe=False)


@clean(populate=populate.books, django=(6, 1))
def fetch_peers_in_template(request):
    books = Book.objects.fetch_mode(models.FETCH_PEERS)
    return render(request, "accuracy/loop.html", {"books": books})


@n_plus_one(
    "shelf.Book.tags",
    path="tags",
    fix='prefetch_related("tags")',
    populate=populate.tagged_books,
    django=(6, 1),
)
def fetch_peers_does_not_cover_many_to_many(request):
    books = Book.objects.fetch_mode(models.FETCH_PEERS)  # queryset
    return JsonResponse([[tag.name for tag in book.tags.all()] for book in books], safe=False)  # culprit
