"""Relations first read by a template: the culprit is a template line, the queryset a Python line."""

from django.http import HttpResponse
from django.shortcuts import get_list_or_404, render
from django.template.loader import get_template, render_to_string
from django.template.response import TemplateResponse
from django.views.generic import DetailView, ListView, TemplateView

from tests.accuracy.declare import clean, fixed, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Category, Order

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_loop(request):
    return render(request, "accuracy/loop.html", {"books": Book.objects.all()})  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_include(request):
    books = Book.objects.order_by("title")  # queryset
    return render(request, "accuracy/include.html", {"books": books})


@n_plus_one("shelf.Book.author", **AUTHOR)
class TemplateExtends(ListView):
    template_name = "accuracy/extends.html"
    queryset = Book.objects.filter(is_published=True)  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
class TemplateListViewOfModel(ListView):
    model = Book  # queryset
    template_name = "accuracy/list_of_model.html"


@n_plus_one("shelf.Book.author", **AUTHOR)
class TemplateListViewPaginated(ListView):
    queryset = Book.objects.order_by("pk")  # queryset
    paginate_by = 50
    template_name = "accuracy/paginated.html"


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_regroup(request):
    context = {"books": Book.objects.order_by("author_id")}  # queryset
    return render(request, "accuracy/regroup.html", context)


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_inclusion_tag(request):
    return render(request, "accuracy/inclusion_tag.html", {"books": Book.objects.all()})  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_simple_tag(request):
    return render(request, "accuracy/simple_tag.html", {"books": Book.objects.all()})  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_filter(request):
    return render(request, "accuracy/filter.html", {"books": Book.objects.all()})  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_response(request):
    books = Book.objects.filter(price__lt=100)  # queryset
    return TemplateResponse(request, "accuracy/response.html", {"books": books})


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_with_and_if(request):
    books = Book.objects.all()  # queryset
    return HttpResponse(render_to_string("accuracy/with_if.html", {"books": books}, request))


@n_plus_one("shelf.Book.author", marks=("book_str",), **AUTHOR)
def template_str(request):
    return render(request, "accuracy/str.html", {"books": Book.objects.all()})  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_dotted_get_list_or_404(request):
    books = get_list_or_404(Book, is_published=True)  # queryset
    return render(request, "accuracy/list_or_404.html", {"books": books})


@n_plus_one(
    "shelf.Author.books", path="books", fix='prefetch_related("books")', populate=populate.prolific_authors
)
class TemplateReverse(TemplateView):
    template_name = "accuracy/reverse.html"

    def get_context_data(self, **kwargs):
        authors = Author.objects.filter(name__startswith="Prolific")  # queryset
        return super().get_context_data(authors=authors, **kwargs)


@n_plus_one(
    "shelf.Order.lines",
    "shelf.Line.product",
    "shelf.Book.author",
    path="lines__product__author",
    fix='prefetch_related("lines__product__author")',
    populate=populate.orders,
)
def template_nested_loops(request):
    orders = Order.objects.order_by("number")  # queryset
    return render(request, "accuracy/nested.html", {"orders": orders})


@n_plus_one(
    "shelf.Book.publisher",
    path="publisher",
    fix='select_related("publisher")',
    populate=populate.books_of_author,
)
class TemplateDetailWithChildren(DetailView):
    template_name = "accuracy/detail.html"

    def get_object(self):
        return Author.objects.filter(books__isnull=False).first()

    def get_context_data(self, **kwargs):
        return super().get_context_data(books=self.object.books.all(), **kwargs)  # queryset


@n_plus_one(
    "shelf.Book.publisher",
    path=("publisher", "books__publisher"),
    fix=('select_related("publisher")', 'prefetch_related("books__publisher")'),
    populate=populate.books_of_author,
)
def template_children_of_object(request):
    author = Author.objects.filter(books__isnull=False).first()  # queryset
    return render(request, "accuracy/children.html", {"author": author})


@fixed("template_children_of_object")
def template_children_of_object_fixed(request):
    author = Author.objects.filter(books__isnull=False).prefetch_related("books__publisher").first()
    return render(request, "accuracy/children.html", {"author": author})


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_jinja(request):
    books = Book.objects.all()  # queryset
    return HttpResponse(get_template("accuracy/loop.jinja.html", using="jinja2").render({"books": books}))


@n_plus_one(
    "shelf.Book.publisher", path="publisher", fix='select_related("publisher")', populate=populate.books
)
def template_jinja_macro(request):
    books = Book.objects.order_by("title")  # queryset
    return render(request, "accuracy/macro.jinja.html", {"books": books}, using="jinja2")


@clean(populate=populate.books)
def template_joined(request):
    books = Book.objects.select_related("author")
    return render(request, "accuracy/loop.html", {"books": books})


@clean(populate=populate.prolific_authors)
def template_children_prefetched(request):
    authors = Author.objects.prefetch_related("books")
    return render(request, "accuracy/reverse.html", {"authors": authors})


@clean(populate=populate.books, duplicate_ok=True)
def template_counts_and_lists(request):
    books = Book.objects.filter(price__gt=0)
    return render(request, "accuracy/counts.html", {"books": books, "categories": Category.objects.all()})


@clean(populate=populate.books, duplicate_ok=True)
def template_one_object_many_keys(request):
    book = Book.objects.order_by("pk").first()
    return render(request, "accuracy/one_book.html", {"book": book})


@clean(populate=populate.books)
def template_loop_over_fixed_attributes(request):
    book = Book.objects.order_by("pk").first()
    context = {"people": [("writer", book.author), ("editor", book.editor)]}
    return render(request, "accuracy/people.html", context)
