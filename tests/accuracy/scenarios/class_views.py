"""Generic class-based views, forms, feeds and site maps: the loop over rows is Django's."""

from django import forms
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.contrib.syndication.views import Feed
from django.forms import formset_factory
from django.http import HttpResponse
from django.urls import path
from django.views.generic import DetailView, FormView, ListView

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one, n_plus_one_write
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Publisher, Review

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
PUBLISHER = {"path": "publisher", "fix": 'select_related("publisher")', "populate": populate.books}
CHOICES = {"kinds": ("n_plus_one", "duplicate"), "one_row": False, "duplicate_ok": True}


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
class ClassViewModel(ListView):
    model = Book  # queryset
    template_name = "accuracy/books.html"


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
class ClassViewQueryset(ListView):
    queryset = Book.objects.filter(is_published=True).order_by("title")  # queryset
    template_name = "accuracy/books.html"
    paginate_by = 25


@n_plus_one("shelf.Book.publisher", **PUBLISHER)
class ClassViewSearch(ListView):
    template_name = "accuracy/books.html"

    def get_queryset(self):
        books = Book.objects.select_related("author")  # queryset
        if word := self.request.GET.get("q"):
            books = books.filter(title__icontains=word)
        if self.request.GET.get("cheap"):
            books = books.filter(price__lt=10)
        return books


@n_plus_one(
    "shelf.Book.tags",
    path=("books__tags", "tags"),
    fix=('prefetch_related("books__tags")', 'prefetch_related("tags")'),
    populate=populate.books_of_author,
)
class ClassViewDetail(DetailView):
    model = Author
    template_name = "accuracy/author_books.html"

    def get_object(self, queryset=None):
        return Author.objects.filter(books__isnull=False).distinct().get()  # queryset


@fixed("ClassViewDetail")
class ClassViewDetailFixed(ClassViewDetail):
    def get_object(self, queryset=None):
        return Author.objects.filter(books__isnull=False).prefetch_related("books__tags").first()


class PickBook(forms.Form):
    book = forms.ModelChoiceField(Book.objects.order_by("title"))  # queryset: ChoicesReadStr


@n_plus_one("shelf.Book.author", marks=("book_str",), **AUTHOR)
class ChoicesReadStr(FormView):
    """Every option of the list is a book's name, and a book's name holds its author's."""

    template_name = "accuracy/form.html"

    def get_form_class(self):
        return PickBook


class JoinedPick(forms.Form):
    book = forms.ModelChoiceField(Book.objects.select_related("author"))


@fixed("ChoicesReadStr")
class ChoicesReadStrFixed(FormView):
    form_class = JoinedPick
    template_name = "accuracy/form.html"


class LineForm(forms.Form):
    publisher = forms.ModelChoiceField(Publisher.objects.all())  # culprit: formset_of_plain_forms
    quantity = forms.IntegerField()


@n_plus_one(populate=populate.books, **CHOICES)
def formset_of_plain_forms(request):
    factory = formset_factory(LineForm, extra=0)
    formset = factory(initial=[{"quantity": book.price} for book in Book.objects.all()])
    return HttpResponse("".join(form.as_p() for form in formset))  # culprit


class PlainLineForm(forms.Form):
    publisher = forms.ChoiceField()
    quantity = forms.IntegerField()

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["publisher"].choices = choices


def shared_choices(request):
    choices = list(Publisher.objects.values_list("pk", "name"))
    factory = formset_factory(PlainLineForm, extra=0)
    initial = [{"quantity": book.price} for book in Book.objects.all()]
    return HttpResponse(
        "".join(form.as_p() for form in factory(initial=initial, form_kwargs={"choices": choices}))
    )


fixed("formset_of_plain_forms")(shared_choices)
clean(populate=populate.books)(shared_choices)


def feed_routes(feed):
    return [path("feed/", feed())]


FEED = {"routes": feed_routes, "ask": lambda client, url: client.get("/feed/")}


@n_plus_one("shelf.Book.author", **AUTHOR, **FEED)
class FeedItems(Feed):
    """A feed asks its own methods about every row."""

    title = "New books"
    link = "/books/"
    description = "What came in"

    def items(self):
        return Book.objects.order_by("-pk")[:50]  # queryset

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return item.title

    def item_author_name(self, item):
        return item.author.name  # culprit

    def item_link(self, item):
        return f"/books/{item.pk}/"


@fixed("FeedItems")
class JoinedFeed(FeedItems):
    def items(self):
        return Book.objects.select_related("author").order_by("-pk")[:50]


@clean(populate=populate.books, **FEED)
class FeedWellWritten(JoinedFeed):
    pass


def map_routes(section):
    options = {"sitemaps": {"books": section}, "template_name": "accuracy/sitemap.xml"}
    return [path("map/", sitemap, options)]


MAP = {"routes": map_routes, "ask": lambda client, url: client.get("/map/")}


@n_plus_one("shelf.Book.publisher", **PUBLISHER, **MAP)
class SiteMapOfBooks(Sitemap):
    def items(self):
        return Book.objects.order_by("pk")  # queryset

    def location(self, item):
        return f"/{item.publisher.name}/{item.pk}/"  # culprit


@n_plus_one_write(
    fix=mentions("bulk_create"),
    populate=populate.books,
    ask=lambda client, url: client.post(url, {"book": Book.objects.order_by("pk")[0].pk}),
)
class FormValidWrites(FormView):
    form_class = JoinedPick
    template_name = "accuracy/form.html"

    def form_valid(self, form):
        reader = populate.User.objects.create(username="reader")
        for book in Book.objects.exclude(title=""):
            Review.objects.create(book=book, user=reader)  # culprit
        return HttpResponse("ok")


@fixed("FormValidWrites")
class FormValidWritesOnce(FormValidWrites):
    def form_valid(self, form):
        reader = populate.User.objects.create(username="reader")
        Review.objects.bulk_create(Review(book=book, user=reader) for book in Book.objects.all())
        return HttpResponse("ok")
