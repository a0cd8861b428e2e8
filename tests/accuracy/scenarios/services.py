"""Queries and loops that live in other modules than the view."""

from django.http import HttpResponse, JsonResponse
from django.views.generic import TemplateView

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate, services
from tests.accuracy.shelf.models import Author, Book

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_by_service(request):
    return HttpResponse("\n".join(services.labels(services.published_books())))


@n_plus_one("shelf.Book.author", **AUTHOR)
def service_and_dataclass(request):
    rows = [services.BookRow.of(book) for book in services.published_books()]
    return JsonResponse([row.author for row in rows], safe=False)


@n_plus_one(
    "shelf.Book.publisher", path="publisher", fix='select_related("publisher")', populate=populate.books
)
def service_object(request):
    catalogue = services.Catalogue(Book.objects.filter(price__gt=1))  # queryset
    return JsonResponse(catalogue.export(), safe=False)


@n_plus_one(fix=mentions("in_bulk", "__in"), populate=populate.books)
def get_in_service(request):
    books = Book.objects.all()
    return HttpResponse(", ".join(services.author_of(book.author_id).name for book in books))


@fixed("get_in_service")
def get_in_service_fixed(request):
    books = Book.objects.all()
    people = Author.objects.in_bulk([book.author_id for book in books])
    return HttpResponse(", ".join(people[book.author_id].name for book in books))


@n_plus_one("shelf.Book.author", **AUTHOR)
class ServiceInContextData(TemplateView):
    template_name = "accuracy/plain.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        books = Book.objects.select_related("publisher")  # queryset
        context["rows"] = [(book.publisher.name, book.author.name) for book in books]  # culprit
        return context


@clean(populate=populate.books)
def one_helper_for_two_single_rows(request):
    first = services.author_of(Book.objects.earliest("pk").author_id)
    last = services.author_of(Book.objects.latest("pk").author_id)
    return HttpResponse(f"{first.name} to {last.name}")


@clean(populate=populate.books, duplicate_ok=True)
def one_helper_for_three_single_rows(request):
    oldest = Book.objects.order_by("pk").first()
    writer = services.author_of(oldest.author_id)
    editor = services.author_of(oldest.editor_id)
    home = services.country_of(writer)
    other = services.country_of(editor)
    return HttpResponse(f"{writer.name} {editor.name} {home.name} {other.name}")
