"""To-many relations asked once per row: every call that a related manager offers, and reverse one-to-ones."""

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Avg, Count, Exists, OuterRef, Prefetch, Q, Sum
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Order, Review

REVIEWS = {"path": "review_set", "fix": 'prefetch_related("review_set")', "populate": populate.reviewed_books}
BOOKS = {"path": "books", "populate": populate.prolific_authors}


@n_plus_one("shelf.Book.review_set", **REVIEWS)
def reverse_all(request):
    rows = {}
    for book in Book.objects.all():  # queryset
        rows[book.pk] = [review.stars for review in book.review_set.all()]  # culprit
    return JsonResponse(rows)


@n_plus_one("shelf.Book.review_set", marks=("book_stars",), **REVIEWS)
def reverse_all_in_method(request):
    books = Book.objects.order_by("-pk")  # queryset
    best = max(books, key=lambda book: sum(book.stars()))
    return HttpResponse(best.title)


@n_plus_one(
    "shelf.Order.lines",
    path="lines",
    fix='prefetch_related("lines")',
    populate=populate.orders,
    marks=("order_total",),
)
def reverse_sum_in_method(request):
    total = sum(order.total() for order in Order.objects.filter(is_paid=False))  # queryset
    return HttpResponse(str(total))


@n_plus_one(
    "shelf.Book.review_set",
    path="review_set",
    fix=mentions("annotate(", "Count("),
    populate=populate.reviewed_books,
)
def reverse_count(request):
    counts = {}
    for book in Book.objects.all():  # queryset
        counts[book.title] = book.review_set.count()  # culprit
    return JsonResponse(counts)


@fixed("reverse_count")
def reverse_count_fixed(request):
    books = Book.objects.annotate(reviews=Count("review"))
    return JsonResponse({book.title: book.reviews for book in books})


@n_plus_one("shelf.Author.books", fix=mentions("Exists("), **BOOKS)
def reverse_exists(request):
    authors = Author.objects.filter(name__startswith="Prolific")  # queryset
    busy = [author.name for author in authors if author.books.exists()]  # culprit
    return JsonResponse(busy, safe=False)


@fixed("reverse_exists")
def reverse_exists_fixed(request):
    written = Book.objects.filter(author=OuterRef("pk"))
    authors = Author.objects.annotate(is_busy=Exists(written))
    return JsonResponse([author.name for author in authors if author.is_busy], safe=False)


@n_plus_one(
    "shelf.Book.review_set",
    path="review_set",
    fix=mentions("Exists("),
    marks=("book_is_reviewed",),
    populate=populate.reviewed_books,
)
def reverse_exists_in_method(request):
    reviewed = list(filter(Book.is_reviewed, Book.objects.all()))  # queryset
    return HttpResponse(str(len(reviewed)))


@fixed("reverse_exists_in_method")
def reverse_exists_in_method_fixed(request):
    books = Book.objects.filter(Exists(Review.objects.filter(book=OuterRef("pk"))))
    return HttpResponse(str(len(books)))


@n_plus_one("shelf.Author.books", fix=mentions("Prefetch(", "Subquery("), **BOOKS)
def reverse_first(request):
    rows = []
    for author in Author.objects.filter(name__startswith="Prolific"):  # queryset
        first = author.books.order_by("title").first()  # culprit
        rows.append(first.title)
    return JsonResponse(rows, safe=False)


@fixed("reverse_first")
def reverse_first_fixed(request):
    by_title = Prefetch("books", queryset=Book.objects.order_by("title"), to_attr="sorted_books")
    authors = Author.objects.filter(name__startswith="Prolific").prefetch_related(by_title)
    return JsonResponse([author.sorted_books[0].title for author in authors], safe=False)


@n_plus_one("shelf.Author.books", fix=mentions("Prefetch("), **BOOKS)
def reverse_filter(request):
    authors = Author.objects.filter(name__startswith="Prolific")  # queryset
    rows = {one.pk: [book.title for book in one.books.filter(price__lt=50)] for one in authors}  # culprit
    return JsonResponse(rows)


@n_plus_one("shelf.Author.books", fix=mentions("go over all()"), **BOOKS)
def reverse_filter_bypasses_prefetch(request):
    rows = []
    for author in Author.objects.filter(name__startswith="Prolific").prefetch_related("books"):  # queryset
        cheap = author.books.filter(price__lt=50)
        rows.append([book.title for book in cheap])  # culprit
    return JsonResponse(rows, safe=False)


@fixed("reverse_filter")
@fixed("reverse_filter_bypasses_prefetch")
def reverse_filter_fixed(request):
    cheap = Prefetch("books", queryset=Book.objects.filter(price__lt=50), to_attr="cheap_books")
    authors = Author.objects.prefetch_related(cheap)
    return JsonResponse({author.pk: [book.title for book in author.cheap_books] for author in authors})


@n_plus_one("shelf.Author.books", fix=mentions("annotate"), **BOOKS)
def reverse_aggregate(request):
    rows = []
    for author in Author.objects.filter(name__startswith="Prolific"):  # queryset
        figures = author.books.aggregate(mean=Avg("price"), total=Sum("price"))  # culprit
        rows.append(figures["mean"])
    return JsonResponse(rows, safe=False)


@fixed("reverse_aggregate")
def reverse_aggregate_fixed(request):
    authors = Author.objects.annotate(mean=Avg("books__price"))
    return JsonResponse([author.mean for author in authors], safe=False)


@n_plus_one("shelf.Author.books", fix=mentions("Prefetch(", "prefetch_related("), **BOOKS)
def reverse_values(request):
    authors = Author.objects.filter(name__startswith="Prolific")  # queryset
    rows = [list(author.books.values_list("title", flat=True)) for author in authors]  # culprit
    return JsonResponse(rows, safe=False)


@fixed("reverse_values")
def reverse_values_fixed(request):
    authors = Author.objects.prefetch_related("books")
    return JsonResponse([[book.title for book in author.books.all()] for author in authors], safe=False)


@n_plus_one("shelf.Author.books", fix=mentions("Prefetch(", "annotate(", "Max("), **BOOKS)
def reverse_latest(request):
    rows = []
    for author in Author.objects.filter(name__startswith="Prolific"):  # queryset
        try:
            rows.append(author.books.latest("pk").title)  # culprit
        except Book.DoesNotExist:
            rows.append("")
    return JsonResponse(rows, safe=False)


@fixed("reverse_latest")
def reverse_latest_fixed(request):
    latest = Prefetch("books", queryset=Book.objects.order_by("-pk"), to_attr="newest")
    authors = Author.objects.prefetch_related(latest)
    return JsonResponse([author.newest[0].title for author in authors if author.newest], safe=False)


@n_plus_one(
    "shelf.Author.profile", path="profile", fix='select_related("profile")', populate=populate.authors
)
def reverse_one_to_one_with_missing(request):
    bios = []
    for author in Author.objects.all():  # queryset
        try:
            bios.append(author.profile.bio)  # culprit
        except ObjectDoesNotExist:
            bios.append("")
    return JsonResponse(bios, safe=False)


@n_plus_one(
    "shelf.Author.profile", path="profile", fix='select_related("profile")', populate=populate.authors
)
def reverse_one_to_one_by_hasattr(request):
    authors = Author.objects.order_by("name")  # queryset
    known = [author.name for author in authors if hasattr(author, "profile")]  # culprit
    return JsonResponse(known, safe=False)


@n_plus_one(
    "shelf.Author.mentees", path="mentees", fix='prefetch_related("mentees")', populate=populate.authors
)
def reverse_of_self_reference(request):
    tree = {author.name: list(author.mentees.all()) for author in Author.objects.all()}  # queryset # culprit
    return HttpResponse(str(len(tree)))


@clean(populate=populate.reviewed_books)
def reverse_len_of_prefetched(request):
    books = Book.objects.prefetch_related("review_set__user")
    return JsonResponse({book.pk: [len(book.review_set.all()), book.review_set.count()] for book in books})


@clean(populate=populate.authors)
def reverse_one_to_one_joined(request):
    authors = Author.objects.select_related("profile", "country")
    return JsonResponse([hasattr(author, "profile") and author.profile.bio for author in authors], safe=False)


@clean(populate=populate.books_of_author)
def one_parent_asked_five_ways(request):
    author = Author.objects.filter(books__isnull=False).first()
    figures = {
        "count": author.books.count(),
        "cheap": author.books.filter(price__lt=5).count(),
        "exists": author.books.filter(price__gt=5).exists(),
        "first": author.books.order_by("title").first().title,
        "mean": author.books.aggregate(mean=Avg("price"))["mean"],
    }
    return JsonResponse(figures)


@n_plus_one(
    "shelf.Book.review_set",
    path="review_set",
    fix=lambda text: 'Count("review", filter=Q(review__stars__gt=...), distinct=True)' in text,
    populate=populate.reviewed_books,
)
def reverse_count_of_some(request):
    counts = {}
    for book in Book.objects.all():  # queryset
        counts[book.title] = book.review_set.filter(stars__gt=2).count()  # culprit
    return JsonResponse(counts)


@fixed("reverse_count_of_some")
def reverse_count_of_some_fixed(request):
    books = Book.objects.annotate(good=Count("review", filter=Q(review__stars__gt=2), distinct=True))
    return JsonResponse({book.title: book.good for book in books})


@n_plus_one(
    "shelf.Author.books",
    fix=lambda text: 'filter(author=OuterRef("pk"), publisher__name__startswith=...)' in text,
    **BOOKS,
)
def reverse_exists_behind_a_join(request):
    authors = Author.objects.all()  # queryset
    found = [a.name for a in authors if a.books.filter(publisher__name__startswith="H").exists()]  # culprit
    return JsonResponse(found, safe=False)


@fixed("reverse_exists_behind_a_join")
def reverse_exists_behind_a_join_fixed(request):
    written = Book.objects.filter(author=OuterRef("pk"), publisher__name__startswith="H")
    authors = Author.objects.annotate(has_books=Exists(written)).filter(has_books=True)
    return JsonResponse([author.name for author in authors], safe=False)


@n_plus_one(
    "shelf.Book.review_set",
    path="books__review_set",
    fix='prefetch_related("books__review_set")',
    populate=populate.reviewed_books,
)
def reverse_count_below_a_prefetch(request):
    authors = Author.objects.prefetch_related("books")  # queryset
    counts = [book.review_set.count() for author in authors for book in author.books.all()]  # culprit
    return JsonResponse(counts, safe=False)


@n_plus_one(
    "shelf.Author.books",
    fix=lambda text: 'queryset=Book.objects.filter(title__contains=...).order_by("-title")' in text,
    **BOOKS,
)
def reverse_filter_in_order(request):
    latest = []
    for author in Author.objects.all():  # queryset
        latest.extend(author.books.filter(title__contains="o").order_by("-title"))  # culprit
    return JsonResponse([book.title for book in latest], safe=False)


@fixed("reverse_filter_in_order")
def reverse_filter_in_order_fixed(request):
    books = Book.objects.filter(title__contains="o").order_by("-title")
    authors = Author.objects.prefetch_related(Prefetch("books", queryset=books, to_attr="found"))
    return JsonResponse([book.title for author in authors for book in author.found], safe=False)
