"""Forward keys read by what the loop calls: wrappers, classes, helpers, tables of functions."""

from django.http import HttpResponse, JsonResponse
from django.views import View

from tests.accuracy.declare import n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Book, Line

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
PUBLISHER = {"path": "publisher", "fix": 'select_related("publisher")', "populate": populate.books}


class Card:
    """A value around a row, as presentation layers have them."""

    def __init__(self, book):
        self.book = book

    @property
    def caption(self):
        return f"{self.book.title} ({self.book.author.name})"  # culprit: forward_in_wrapper


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_wrapper(request):
    cards = [Card(book) for book in Book.objects.all()]  # queryset
    return HttpResponse(" ".join(card.caption for card in cards))


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_try(request):
    found = []
    for book in Book.objects.iterator():  # queryset
        try:
            found.append(book.author.name.upper())  # culprit
        except AttributeError:
            continue
    return HttpResponse(str(found))


@n_plus_one(
    "shelf.Line.order", path="order", fix='select_related("order")', populate=populate.lines_of_one_order
)
def forward_one_parent_shared(request):
    lines = Line.objects.all()  # queryset
    return HttpResponse(", ".join(line.order.number for line in lines))  # culprit


@n_plus_one("shelf.Book.author", **AUTHOR)
class ForwardInClassView(View):
    def get(self, request):
        return HttpResponse("".join(self.rows(self.get_queryset())))

    def get_queryset(self):
        return Book.objects.filter(is_published=True)  # queryset

    def rows(self, books):
        for book in books:
            yield self.row(book)

    def row(self, book):
        return f"<li>{book.author.name}</li>"  # culprit


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_dict_of_lists(request):
    shelf = {}
    for book in Book.objects.all():  # queryset
        shelf.setdefault(book.category_id, []).append(book)
    names = {key: [book.author.name for book in books] for key, books in shelf.items()}  # culprit
    return JsonResponse(names)


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_by_two_helpers(request):
    def title(book):
        return f"{book.title} {book.author.name}"  # culprit

    def mail(book):
        return book.author.email  # culprit

    books = list(Book.objects.all())  # queryset
    half = len(books) // 2
    rows = [title(book) for book in books[:half]] + [mail(book) for book in books[half:]]
    return HttpResponse("\n".join(rows))


def by_author(book):
    return book.author.name  # culprit: forward_by_dispatch_table


def by_title(book):
    return book.title


COLUMNS = {"author": by_author, "title": by_title}


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_by_dispatch_table(request):
    rows = []
    for book in Book.objects.all():  # queryset
        rows.append({name: column(book) for name, column in COLUMNS.items()})
    return JsonResponse(rows, safe=False)


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_by_getattr_path(request):
    def resolve(row, path):
        for part in path.split("."):
            row = getattr(row, part)  # culprit
        return row

    books = Book.objects.all()  # queryset
    return HttpResponse(", ".join(resolve(book, "author.name") for book in books))


@n_plus_one("shelf.Book.author", **AUTHOR)
def forward_in_match(request):
    words = []
    for book in Book.objects.all():  # queryset
        match book.author:  # culprit
            case None:
                words.append("anonymous")
            case author:
                words.append(author.name)
    return HttpResponse(" ".join(words))
