"""Clean views that look like trouble: fixed lists behind names, searches that stop, a helper line by line."""

from datetime import date, timedelta

from django.db import models, transaction
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import AuditEntry, Author, Book, Category, Order, Publisher, Tag

PRICES = (1, 10, 100, 1000)
SECTIONS = {"cheap": 5, "fair": 20, "dear": 90}


class Shelf(models.TextChoices):
    CRIME = "crime"
    VERSE = "verse"
    PROSE = "prose"
    DRAMA = "drama"


def _section(name):
    return [book.title for book in Book.objects.filter(category__name=name).select_related("author")]


@clean(populate=populate.books)
def one_helper_for_four_sections(request):
    sections = {"crime": _section("crime"), "verse": _section("verse")}
    sections["prose"] = _section("prose")
    sections["drama"] = _section("drama")
    return JsonResponse(sections)


@clean(populate=populate.books)
def counts_over_a_module_constant(request):
    return JsonResponse({price: Book.objects.filter(price__lt=price).count() for price in PRICES})


@clean(populate=populate.books)
def counts_over_a_constant_dict(request):
    figures = {}
    for name, limit in SECTIONS.items():
        figures[name] = Book.objects.filter(price__lt=limit).count()
    return JsonResponse(figures)


@clean(populate=populate.books)
def counts_over_choices(request):
    rows = [(label, Book.objects.filter(category__name=value).count()) for value, label in Shelf.choices]
    return JsonResponse(rows, safe=False)


@clean(populate=populate.books)
def last_seven_days(request):
    today = date(2026, 11, 22)
    days = [today - timedelta(days=back) for back in range(7)]
    counts = [AuditEntry.objects.filter(code=day.isoformat()).count() for day in days]
    return JsonResponse(counts, safe=False)


@clean(populate=populate.books)
def rows_in_a_literal(request):
    books = list(Book.objects.order_by("pk"))
    names = []
    for book in (books[0], books[-1]):
        names.append(book.author.name)
    return JsonResponse(names, safe=False)


@clean(populate=lambda n: populate.books(n + 2))
def one_helper_for_two_rows_of_a_list(request):
    def card(book):
        return f"{book.title} {book.author.name}"

    books = list(Book.objects.order_by("pk"))
    return HttpResponse(card(books[0]) + card(books[1]))


@clean(populate=populate.books)
def search_for_a_free_name(request):
    """One collision, whatever the number of rows."""
    Category.objects.create(name="new")
    name, number = "new", 1
    while Category.objects.filter(name=name).exists():
        number += 1
        name = f"new-{number}"
    return HttpResponse(name)


@clean(populate=populate.books)
def rows_made_sure_of(request):
    made = [Category.objects.get_or_create(name=name)[0].pk for name in ("crime", "verse", "prose")]
    return JsonResponse(made, safe=False)


@clean(populate=populate.books)
def both_databases_in_a_literal(request):
    titles = []
    for alias in ("default", "archive"):
        titles += Book.objects.using(alias).values_list("title", flat=True)
    return JsonResponse(titles, safe=False)


@clean(populate=populate.books)
def exists_then_rows_then_count(request):
    books = Book.objects.filter(price__gt=0)
    if not books.exists():
        return HttpResponse("none")
    return JsonResponse([books.count(), [book.title for book in books]], safe=False)


@clean(populate=populate.orders)
def delete_one_with_cascade(request):
    order = Order.objects.order_by("pk").first()
    order.customer.delete()
    return HttpResponse("gone")


@clean(populate=populate.books)
def delete_one_author(request):
    Author.objects.filter(books__isnull=False).first().delete()
    return HttpResponse("gone")


@clean(populate=populate.books)
def previous_and_next(request):
    book = Book.objects.order_by("pk").first()
    after = Book.objects.filter(pk__gt=book.pk).order_by("pk").first()
    before = Book.objects.filter(pk__lt=book.pk).order_by("-pk").first()
    return HttpResponse(f"{before} {after and after.title}")


@clean(populate=populate.tagged_books)
def children_of_three_named_objects(request):
    first = Book.objects.order_by("pk").first()
    last = Book.objects.order_by("pk").last()
    one, two = list(first.tags.all()), list(last.tags.all())
    return JsonResponse([len(one), len(two), first.tags.count(), last.tags.count()], safe=False)


@clean(populate=populate.books)
def refresh_once(request):
    book = Book.objects.order_by("pk").first()
    Book.objects.filter(pk=book.pk).update(price=7)
    book.refresh_from_db()
    return HttpResponse(str(book.price))


@clean(populate=populate.books)
def aggregates_in_python(request):
    books = list(Book.objects.select_related("publisher"))
    totals = {}
    for book in books:
        totals[book.publisher.name] = totals.get(book.publisher.name, 0) + book.price
    return JsonResponse(totals)


@clean(populate=populate.books)
def ids_then_objects(request):
    ids = list(Book.objects.values_list("publisher_id", flat=True))
    publishers = Publisher.objects.in_bulk(ids)
    return JsonResponse([publishers[pk].name for pk in ids], safe=False)


@clean(populate=populate.books)
def on_commit_three_lines(request):
    with transaction.atomic():
        Book.objects.update(price=3)
        transaction.on_commit(lambda: AuditEntry.objects.create(action="one"))
        transaction.on_commit(lambda: AuditEntry.objects.create(action="two"))
    return HttpResponse("done")


@clean(populate=populate.tagged_books)
def two_prefetches_of_one_relation(request):
    cheap = Book.objects.filter(price__lt=5).prefetch_related("tags")
    dear = Book.objects.filter(price__gte=5).prefetch_related("tags")
    names = [tag.name for book in cheap for tag in book.tags.all()]
    names += [tag.name for book in dear for tag in book.tags.all()]
    return JsonResponse([names, Tag.objects.count()], safe=False)


@clean(populate=populate.books, silent_at_one=False)
def row_looked_for_in_python(request):
    """The loop reads a relation of the one row that matches."""
    wanted = Book.objects.values_list("pk", flat=True).order_by("pk")[0]
    for book in Book.objects.order_by("pk"):
        if book.pk == wanted:
            found = book.publisher.name
    return HttpResponse(found)
