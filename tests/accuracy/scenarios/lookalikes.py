"""Clean code that could be taken for an N+1: few rows by name, chains, checks, sections of a page."""

import contextlib
import functools
import itertools
import operator
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.views import View

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import (
    Author,
    Book,
    Category,
    Country,
    Edition,
    Order,
    Page,
    Publisher,
    Shipment,
)


@dataclass
class Comparison:
    """Two books beside each other, each loaded when the object is made."""

    left_isbn: str
    right_isbn: str
    left: Book = field(init=False)
    right: Book = field(init=False)

    def __post_init__(self):
        self.left = Book.objects.get(isbn=self.left_isbn)
        self.right = Book.objects.get(isbn=self.right_isbn)

    def lines(self):
        return [
            (self.left.author.name, self.right.author.name),
            (self.left.publisher.name, self.right.publisher.name),
        ]


@clean(populate=lambda n: populate.books(n + 1))
def lookalike_comparison(request):
    return JsonResponse(Comparison("978-0", "978-1").lines(), safe=False)


@clean(populate=lambda n: populate.books(n + 1))
def lookalike_winner_and_runner_up(request):
    winner, runner_up = Book.objects.order_by("-price", "pk")[:2]
    return HttpResponse(f"{winner.author.name} before {runner_up.author.name}")


@clean(populate=lambda n: populate.shipments(n))
def lookalike_from_and_to(request):
    """One row's two keys to one model, by a loop over their names."""
    shipment = Shipment.objects.order_by("number").first()
    places = [getattr(shipment, end).city for end in ("source", "target")]
    return JsonResponse(places, safe=False)


@clean(populate=lambda n: populate.shipments(n))
def lookalike_getters(request):
    shipment = Shipment.objects.order_by("number").first()
    getters = [operator.attrgetter("source.city"), operator.attrgetter("target.city")]
    return JsonResponse([get(shipment) for get in getters], safe=False)


def _walk_up(node):
    while node:
        yield node
        node = node.parent


@clean(populate=populate.categories)
def lookalike_ancestors_by_generator(request):
    leaf = Category.objects.filter(name__startswith="Leaf").order_by("pk").first()
    return HttpResponse(" > ".join(node.name for node in _walk_up(leaf)))


@clean(populate=populate.categories)
def lookalike_root_by_recursion(request):
    def root_of(node):
        return node if node.parent is None else root_of(node.parent)

    return HttpResponse(root_of(Category.objects.filter(name__startswith="Leaf").latest("pk")).name)


@clean(populate=populate.books)
def lookalike_first_match_wins(request):
    """Three places are looked in until one has it."""
    lookups = (Q(isbn="none"), Q(title="none"), Q(title__startswith="Book"))
    for lookup in lookups:
        found = Book.objects.filter(lookup).order_by("pk").first()
        if found:
            return HttpResponse(found.author.name)
    return HttpResponse("nothing")


@clean(populate=populate.books)
def lookalike_get_or_fallback(request):
    for code in ("C99", "C98", "C0"):
        with contextlib.suppress(ObjectDoesNotExist):
            return HttpResponse(Country.objects.get(pk=code).name)
    return HttpResponse("nowhere")


@clean(populate=populate.books)
def lookalike_stops_when_full(request):
    """The loop reads one row's relation, then leaves."""
    chosen = []
    for book in Book.objects.order_by("pk"):
        chosen.append(book.author.name)
        if len(chosen) == 1:
            break
    return JsonResponse(chosen, safe=False)


@clean(populate=populate.books)
def lookalike_only_the_last(request):
    books = list(Book.objects.order_by("pk"))
    last = None
    for book in books:
        last = book
    return HttpResponse(last.author.name if last else "none")


@clean(populate=populate.books)
def lookalike_flag_picks_one(request):
    names = [book.publisher.name for book in Book.objects.all() if book.isbn == "978-1"]
    return JsonResponse(names, safe=False)


class Section:
    """A part of a page that knows its own queryset; there are three of them."""

    def __init__(self, title, queryset):
        self.title = title
        self.queryset = queryset

    def rows(self):
        return [str(row.pk) for row in self.queryset[:5]]


@clean(populate=populate.books)
class LookalikeSections(View):
    def sections(self):
        yield Section("New", Book.objects.order_by("-pk"))
        yield Section("Cheap", Book.objects.order_by("price", "pk"))
        yield Section("Hidden", Book.objects.filter(is_published=False))

    def get(self, request):
        return JsonResponse({section.title: section.rows() for section in self.sections()})


@clean(populate=populate.books)
def lookalike_sections_in_namespaces(request):
    page = [
        SimpleNamespace(name="authors", rows=Author.objects.order_by("name")),
        SimpleNamespace(name="editors", rows=Author.objects.filter(edited_books__isnull=False)),
        SimpleNamespace(name="mentors", rows=Author.objects.filter(mentees__isnull=False)),
    ]
    return JsonResponse({part.name: [row.name for row in part.rows] for part in page})


@clean(populate=populate.books)
def lookalike_partials(request):
    counts = [functools.partial(Book.objects.filter, price__lt=limit) for limit in (1, 10, 100)]
    return JsonResponse([make().count() for make in counts], safe=False)


@clean(populate=populate.books)
def lookalike_product_of_constants(request):
    table = {}
    for low, published in itertools.product((0, 10), (True, False)):
        table[f"{low}-{published}"] = Book.objects.filter(price__gte=low, is_published=published).count()
    return JsonResponse(table)


@clean(populate=populate.editions)
def lookalike_same_helper_two_kinds(request):
    def newest(manager):
        return manager.order_by("-pk").first()

    edition, book, house = newest(Edition.objects), newest(Book.objects), newest(Publisher.objects)
    return HttpResponse(f"{edition.year} {edition.book.title} {book.title} {house.name}")


@clean(populate=populate.orders)
def lookalike_property_of_two_objects(request):
    first = Order.objects.earliest("pk")
    last = Order.objects.latest("pk")
    return HttpResponse(f"{first.total()} {last.total()}")


def _front(n):
    populate.books(n)
    pages = Page.objects.bulk_create(Page(title=f"P{i}", slug=f"p{i}") for i in range(5))
    pages[0].first_link, pages[0].second_link, pages[0].third_link = pages[1:4]
    pages[0].save()


@clean(populate=_front)
def lookalike_links_of_one_page(request):
    page = Page.objects.get(slug="p0")
    links = [page.first_link, page.second_link, page.third_link, page.fourth_link]
    return JsonResponse([link.title for link in links if link], safe=False)


@clean(populate=_front)
def lookalike_pages_by_slug_in_settings(request):
    titles = {}
    for place, slug in {"header": "p1", "footer": "p2", "legal": "p3"}.items():
        page = Page.objects.filter(slug=slug).only("title").first()
        titles[place] = page.title
    return JsonResponse(titles)
