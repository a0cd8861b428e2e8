"""Queries written by hand inside a loop: no descriptor names the relation."""

from django.db.models import Avg, Count, Max, prefetch_related_objects
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Country, Line, Order, Publisher, Review, Stock, Tag

BULK = mentions("in_bulk", "__in")


@n_plus_one(fix=BULK, populate=populate.books)
def get_by_pk(request):
    names = []
    for book in Book.objects.all():
        names.append(Author.objects.get(pk=book.author_id).name)  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one(fix=BULK, populate=populate.books)
def get_by_ids_from_values_list(request):
    ids = Book.objects.values_list("author_id", flat=True)
    authors = [Author.objects.get(id=pk) for pk in ids]  # culprit
    return JsonResponse([author.name for author in authors], safe=False)


@n_plus_one(
    fix=BULK,
    populate=populate.books,
    one_row=True,
    ask=lambda client, url: client.post(url, {"ids": list(Author.objects.values_list("pk", flat=True))}),
)
def get_by_posted_ids(request):
    return HttpResponse(
        ", ".join(
            get_object_or_404(Author, pk=pk).name  # culprit
            for pk in request.POST.getlist("ids")
        )
    )


@n_plus_one(fix=BULK, populate=populate.books)
def filter_first_by_pk(request):
    rows = {}
    for book in Book.objects.only("title", "publisher_id"):
        publisher = Publisher.objects.filter(pk=book.publisher_id).first()  # culprit
        rows[book.title] = publisher.name if publisher else None
    return JsonResponse(rows)


@n_plus_one(fix=BULK, populate=populate.books)
def in_bulk_of_one(request):
    names = []
    for book in Book.objects.all():
        found = Author.objects.in_bulk([book.author_id])  # culprit
        names.append(found[book.author_id].name)
    return JsonResponse(names, safe=False)


@n_plus_one(fix=BULK, populate=populate.books)
def get_by_natural_key(request):
    rows = []
    for isbn in [book.isbn for book in Book.objects.all()]:
        try:
            rows.append(Book.objects.get(isbn=isbn).title)  # culprit
        except Book.DoesNotExist:
            continue
    return JsonResponse(rows, safe=False)


@fixed("get_by_pk")
@fixed("get_by_ids_from_values_list")
@fixed("get_by_posted_ids")
@fixed("filter_first_by_pk")
@fixed("in_bulk_of_one")
@fixed("get_by_natural_key")
def get_in_bulk(request):
    ids = list(Book.objects.values_list("author_id", flat=True))
    authors = Author.objects.in_bulk(ids)
    return JsonResponse([authors[pk].name for pk in ids], safe=False)


@n_plus_one(populate=populate.reviewed_books)
def filter_children_by_hand(request):
    rows = {}
    for book in Book.objects.all():
        rows[book.pk] = [review.stars for review in Review.objects.filter(book=book)]  # culprit
    return JsonResponse(rows)


@fixed("filter_children_by_hand")
def filter_children_by_hand_fixed(request):
    rows = {}
    for review in Review.objects.filter(book__in=Book.objects.all()):
        rows.setdefault(review.book_id, []).append(review.stars)
    return JsonResponse(rows)


@n_plus_one(populate=populate.prolific_authors)
def exists_by_hand(request):
    authors = Author.objects.filter(name__startswith="Prolific")
    books = Book.objects.filter(price__gt=5)
    busy = [author.name for author in authors if books.filter(author=author).exists()]  # culprit
    return JsonResponse(busy, safe=False)


@fixed("exists_by_hand")
def exists_by_hand_fixed(request):
    busy = set(Book.objects.filter(price__gt=5).values_list("author_id", flat=True))
    return JsonResponse([one.name for one in Author.objects.all() if one.pk in busy], safe=False)


@n_plus_one(populate=populate.prolific_authors)
def aggregate_by_hand(request):
    figures = {}
    for author in Author.objects.filter(name__startswith="Prolific"):
        mean = Book.objects.filter(author_id=author.pk).aggregate(mean=Avg("price"))["mean"]  # culprit
        figures[author.name] = mean
    return JsonResponse(figures)


@fixed("aggregate_by_hand")
def aggregate_by_hand_fixed(request):
    means = Book.objects.values("author__name").annotate(mean=Avg("price"))
    return JsonResponse(list(means), safe=False)


@n_plus_one(populate=populate.books)
def count_by_hand_over_dicts(request):
    rows = list(Publisher.objects.values("id", "name"))
    for row in rows:
        row["books"] = Book.objects.filter(publisher=row["id"]).count()  # culprit
    return JsonResponse(rows, safe=False)


@fixed("count_by_hand_over_dicts")
def count_by_hand_fixed(request):
    return JsonResponse(list(Publisher.objects.values("name").annotate(n=Count("books"))), safe=False)


@n_plus_one(populate=populate.uneven_orders)
def prefetch_inside_loop(request):
    """IN lists of many lengths: every order has another number of lines."""
    titles = []
    for order in Order.objects.prefetch_related("lines"):
        lines = list(order.lines.all())
        prefetch_related_objects(lines, "product")  # culprit
        titles += [line.product.title for line in lines]
    return JsonResponse(titles, safe=False)


@fixed("prefetch_inside_loop")
def prefetch_inside_loop_fixed(request):
    orders = Order.objects.prefetch_related("lines__product")
    titles = [line.product.title for order in orders for line in order.lines.all()]
    return JsonResponse(titles, safe=False)


@n_plus_one(populate=populate.tagged_books)
def queryset_with_prefetch_inside_loop(request):
    rows = []
    for author in Author.objects.filter(books__isnull=False).order_by("pk"):
        books = Book.objects.filter(author=author).prefetch_related("tags")
        for book in books:  # culprit
            rows.append([tag.name for tag in book.tags.all()])
    return JsonResponse(rows, safe=False)


@fixed("queryset_with_prefetch_inside_loop")
def queryset_with_prefetch_fixed(request):
    books = Book.objects.filter(author__in=Author.objects.all()).prefetch_related("tags")
    return JsonResponse([[tag.name for tag in book.tags.all()] for book in books], safe=False)


@n_plus_one(populate=populate.books)
def filter_in_nested_function(request):
    def newest(country):
        return Author.objects.filter(country=country).aggregate(last=Max("pk"))["last"]  # culprit

    return JsonResponse({one.code: newest(one) for one in Country.objects.all()})


@fixed("filter_in_nested_function")
def filter_in_nested_function_fixed(request):
    return JsonResponse(dict(Country.objects.annotate(last=Max("authors")).values_list("code", "last")))


@n_plus_one(fix=mentions("in_bulk", "__in", "filter"), populate=populate.stock)
def get_by_composite_key(request):
    quantities = []
    for branch, book in Stock.objects.values_list("branch_id", "book_id"):
        quantities.append(Stock.objects.get(pk=(branch, book)).quantity)  # culprit
    return JsonResponse(quantities, safe=False)


@fixed("get_by_composite_key")
def get_by_composite_key_fixed(request):
    return JsonResponse([row.quantity for row in Stock.objects.all()], safe=False)


@clean(populate=populate.orders)
def one_in_list_for_all(request):
    lines = list(Line.objects.all())
    books = Book.objects.filter(pk__in={line.product_id for line in lines}).select_related("author")
    by_pk = {book.pk: book for book in books}
    return JsonResponse([by_pk[line.product_id].author.name for line in lines], safe=False)


@clean(populate=populate.tagged_books)
def five_counts_on_five_lines(request):
    figures = {
        "books": Book.objects.count(),
        "authors": Author.objects.count(),
        "cheap": Book.objects.filter(price__lt=5).count(),
        "dear": Book.objects.filter(price__lt=100).count(),
        "free": Book.objects.filter(price__lt=1).count(),
    }
    figures["tags"] = Tag.objects.count()
    return JsonResponse(figures)


@clean(populate=populate.books)
def counts_over_a_literal(request):
    figures = {}
    for limit in (1, 5, 10, 20, 50):
        figures[limit] = Book.objects.filter(price__lt=limit).count()
    return JsonResponse(figures)


@clean(populate=populate.books)
def twelve_fixed_buckets(request):
    buckets = [
        Book.objects.filter(price__gte=10 * month, price__lt=10 * month + 10).count() for month in range(12)
    ]
    return JsonResponse(buckets, safe=False)


@clean(populate=populate.books)
def figures_over_constant_models(request):
    return JsonResponse(
        {model.__name__: model.objects.count() for model in [Book, Author, Publisher, Country]}
    )
