"""Layers as larger projects have them: services, repositories, value objects, registries."""

import abc
import dataclasses
import functools
from collections import defaultdict

from django.http import HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject, cached_property
from django.views import View

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Order, Publisher

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
PUBLISHER = {"path": "publisher", "fix": 'select_related("publisher")', "populate": populate.books}
CUSTOMER = {"path": "customer__user", "fix": 'select_related("customer__user")', "populate": populate.orders}


class BookRepository:
    def __init__(self, manager=Book.objects):
        self._manager = manager

    def published(self):
        return self._manager.filter(is_published=True)  # queryset: domain_repository

    def get(self, pk):
        return Author.objects.get(pk=pk)  # culprit: domain_repository_get


class Priced:
    def __init__(self, repository):
        self.repository = repository

    def rows(self):
        return {book.pk: self._describe(book) for book in self.repository.published()}

    def _describe(self, book):
        return {"price": book.price, "house": book.publisher.name}  # culprit: domain_repository


@n_plus_one("shelf.Book.publisher", **{**PUBLISHER, "fix": mentions('select_related("publisher")')})
def domain_repository(request):
    return JsonResponse(Priced(BookRepository()).rows())


@fixed("domain_repository")
def domain_repository_fixed(request):
    return JsonResponse(Priced(BookRepository(Book.objects.select_related("publisher"))).rows())


@n_plus_one(fix=mentions("in_bulk", "__in"), populate=populate.books)
def domain_repository_get(request):
    repository = BookRepository()
    return JsonResponse([repository.get(book.author_id).name for book in Book.objects.all()], safe=False)


@fixed("domain_repository_get")
def domain_repository_get_fixed(request):
    found = Author.objects.in_bulk(list(Book.objects.values_list("author_id", flat=True)))
    return JsonResponse([author.name for author in found.values()], safe=False)


@dataclasses.dataclass
class Invoice:
    order: Order
    email: str = dataclasses.field(init=False)

    def __post_init__(self):
        self.email = self.order.customer.user.email  # culprit: domain_post_init


@n_plus_one("shelf.Order.customer", "shelf.Customer.user", **CUSTOMER)
def domain_post_init(request):
    invoices = [Invoice(order) for order in Order.objects.filter(is_paid=False)]  # queryset
    return JsonResponse([invoice.email for invoice in invoices], safe=False)


class Basket:
    def __init__(self, order):
        self.order = order
        self.lines = list(order.lines.all())  # culprit: domain_init

    @cached_property
    def total(self):
        return sum(line.quantity * line.unit_price for line in self.lines)


@n_plus_one("shelf.Order.lines", path="lines", fix='prefetch_related("lines")', populate=populate.orders)
def domain_init(request):
    baskets = map(Basket, Order.objects.order_by("number"))  # queryset
    return HttpResponse(str(max(basket.total for basket in baskets)))


class Exporter(abc.ABC):
    def export(self, books):
        return "\n".join(self.line(book) for book in books)

    @abc.abstractmethod
    def line(self, book): ...


class BibTeX(Exporter):
    def line(self, book):
        return f"@book{{{book.pk}, author={{{book.author.name}}}}}"  # culprit: domain_template_method


EXPORTERS = {"bibtex": BibTeX}


@n_plus_one("shelf.Book.author", **AUTHOR)
def domain_template_method(request):
    exporter = EXPORTERS[request.GET.get("format", "bibtex")]()
    return HttpResponse(exporter.export(Book.objects.all()))  # queryset


@functools.singledispatch
def describe(thing):
    return str(thing)


@describe.register
def _(thing: Book):
    return f"{thing.title} ({describe(thing.publisher)})"  # culprit: domain_singledispatch


@describe.register
def _(thing: Publisher):
    return thing.name.upper()


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
def domain_singledispatch(request):
    return HttpResponse(", ".join(describe(book) for book in Book.objects.order_by("pk")))  # queryset


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@timed
def _shout(book):
    return book.author.name.upper()  # culprit: domain_decorated_helper


@n_plus_one("shelf.Book.author", **AUTHOR)
@timed
def domain_decorated_helper(request):
    books = Book.objects.filter(price__gt=0)  # queryset
    return HttpResponse(" ".join(_shout(book) for book in books))


@n_plus_one("shelf.Book.author", **AUTHOR)
@method_decorator(timed, name="dispatch")
class DomainDecoratedClass(View):
    def get(self, request):
        return JsonResponse(self.index(Book.objects.all()))  # queryset

    def index(self, books):
        shelves = defaultdict(list)
        for book in books:
            shelves[book.author.name[0]].append(book.title)  # culprit
        return shelves


@n_plus_one("shelf.Book.author", **AUTHOR)
def domain_lazy_object_per_row(request):
    books = Book.objects.all()  # queryset
    rows = [(book.title, SimpleLazyObject(lambda book=book: book.author)) for book in books]  # culprit
    return JsonResponse({title: author.name for title, author in rows})  # culprit
