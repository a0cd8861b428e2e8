"""Loops over what is known when the program is written: their number does not depend on rows."""

import calendar
import datetime
import enum
import string
from collections import namedtuple

from django.conf import settings
from django.db import models
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import View
from django.views.generic import TemplateView

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Category, Order, Publisher, Review, Tag

LIMITS = (5, 10, 20, 50)
RULES = {"cheap": {"price__lt": 5}, "fair": {"price__lt": 50}, "dear": {"price__gte": 50}}
Tile = namedtuple("Tile", "label rule")
TILES = [Tile("new", {"pk__gt": 0}), Tile("hidden", {"is_published": False}), Tile("all", {"price__gte": 0})]


class Band(enum.Enum):
    LOW = (0, 10)
    MIDDLE = (10, 20)
    HIGH = (20, 1000)


class Rating(models.IntegerChoices):
    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4
    FIVE = 5


@clean(populate=populate.books)
def constants_in_module_tuple(request):
    return JsonResponse({str(limit): Book.objects.filter(price__lt=limit).count() for limit in LIMITS})


@clean(populate=populate.books)
def constants_in_dict_items(request):
    figures = {}
    for name, rule in RULES.items():
        figures[name] = Book.objects.filter(**rule).count()
    return JsonResponse(figures)


@clean(populate=populate.books)
def constants_in_enum(request):
    bands = []
    for band in Band:
        low, high = band.value
        bands.append((band.name, Book.objects.filter(price__gte=low, price__lt=high).count()))
    return JsonResponse(bands, safe=False)


@clean(populate=populate.reviewed_books)
def constants_in_choices(request):
    histogram = [Review.objects.filter(stars=value).count() for value, _label in Rating.choices]
    return JsonResponse(histogram, safe=False)


@clean(populate=populate.books)
class ConstantsInClassAttribute(View):
    prefixes = ["A", "B", "C", "D"]

    def get(self, request):
        found = [self.first(prefix) for prefix in self.prefixes]
        return HttpResponse(str([book.title for book in found if book]))

    def first(self, prefix):
        return Book.objects.filter(title__startswith=prefix).first()


@clean(populate=populate.books, settings={"SHELF_FRONT_PAGE": ("978-0", "978-1")})
def constants_in_settings(request):
    books = []
    for isbn in settings.SHELF_FRONT_PAGE:
        book = Book.objects.filter(isbn=isbn).first()
        if book is not None:
            books.append(book.title)
    return JsonResponse(books, safe=False)


@clean(populate=populate.books)
def constants_in_local_list(request):
    wanted = ["Book 0", "Book 1", "Book 2"]
    found = [Book.objects.filter(title=title).exists() for title in wanted]
    return HttpResponse(str(found))


@clean(populate=populate.orders)
def constants_twelve_months(request):
    year = datetime.date.today().year
    totals = {}
    for month in range(1, 13):
        last = calendar.monthrange(year, month)[1]
        totals[month] = Order.objects.filter(pk__gte=month, pk__lte=last).count()
    return JsonResponse(totals)


@clean(populate=populate.books)
def constants_alphabet(request):
    """An index of letters: twenty-six queries on a shelf of any size."""
    letters = [
        letter for letter in string.ascii_uppercase if Author.objects.filter(name__startswith=letter).exists()
    ]
    return HttpResponse("".join(letters))


@clean(populate=populate.books)
def constants_in_named_tuples(request):
    return JsonResponse(
        [(tile.label, Book.objects.filter(**tile.rule).count()) for tile in TILES], safe=False
    )


@clean(populate=populate.tagged_books)
def constants_querysets_in_a_dict(request):
    querysets = {"books": Book.objects.all(), "authors": Author.objects.all(), "tags": Tag.objects.all()}
    return JsonResponse({name: queryset.count() for name, queryset in querysets.items()})


@clean(populate=populate.books)
def constants_zip_of_two_lists(request):
    names = ["low", "middle", "high"]
    bounds = [5, 15, 500]
    rows = [
        f"{name}: {Book.objects.filter(price__lte=bound).count()}"
        for name, bound in zip(names, bounds, strict=True)
    ]
    return HttpResponse("\n".join(rows))


@clean(populate=populate.books)
def constants_weeks_back(request):
    """Moving dates that the loop makes itself."""
    weeks, day = [], datetime.date(2024, 6, 30)
    while len(weeks) < 8:
        weeks.append(Book.objects.filter(price__gt=day.day).count())
        day -= datetime.timedelta(days=7)
    return JsonResponse(weeks, safe=False)


@clean(populate=populate.books)
class ConstantsOfADashboard(TemplateView):
    """Tiles that are asked for by the names of methods."""

    template_name = "accuracy/plain.html"
    tiles = ("books", "dear_books", "writers", "houses")

    def get_context_data(self, **kwargs):
        rows = [(tile, getattr(self, tile)()) for tile in self.tiles]
        return super().get_context_data(rows=rows, **kwargs)

    def books(self):
        return Book.objects.count()

    def dear_books(self):
        return Book.objects.filter(price__gt=100).count()

    def writers(self):
        return Author.objects.filter(books__isnull=False).distinct().count()

    def houses(self):
        return Publisher.objects.count()


def _top(model, field, how_many=3):
    return list(model.objects.order_by(field)[:how_many])


@clean(populate=populate.books)
def constants_one_helper_many_models(request):
    sides = [(Book, "title"), (Author, "name"), (Publisher, "name"), (Category, "name")]
    return HttpResponse(str([_top(model, field) and field for model, field in sides]))


@clean(populate=populate.books)
def constants_helper_thrice_on_one_model(request):
    def between(low, high):
        return Book.objects.filter(price__range=(low, high)).count()

    low, middle, high = between(0, 5), between(6, 20), between(21, 100)
    return JsonResponse([low, middle, high], safe=False)


@clean(populate=populate.books)
def constants_lazy_counts_in_template(request):
    """Three querysets of one model, counted where the page is made."""
    counted = [Book.objects.filter(price__lt=limit).count for limit in LIMITS[:3]]
    return render(request, "accuracy/plain.html", {"rows": [count() for count in counted]})


@clean(populate=populate.reviewed_books)
def constants_in_sorted_set(request):
    percentiles = {10, 50, 90}
    total = Review.objects.count()
    values = Review.objects.order_by("stars").values_list("stars", flat=True)
    found = {share: values[total * share // 100] for share in sorted(percentiles)}
    return JsonResponse(found)
