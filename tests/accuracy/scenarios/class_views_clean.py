"""Generic views, forms and formsets that ask a fixed number of questions."""

from django import forms
from django.db.models import Count
from django.forms import inlineformset_factory
from django.http import HttpResponse
from django.views.generic import DetailView, ListView, UpdateView
from django.views.generic.edit import CreateView, DeleteView

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Line, Order, Publisher, Review, Tag


@clean(populate=populate.books)
class ClassViewJoined(ListView):
    queryset = Book.objects.select_related("publisher")
    template_name = "accuracy/books.html"
    paginate_by = 10


@clean(populate=populate.books)
class ClassViewPlain(ListView):
    model = Book
    template_name = "accuracy/plain_books.html"
    paginate_by = 4
    ordering = "title"


class WithoutPk:
    """The one object of the view, whatever the address."""

    def get_object(self, queryset=None):
        return self.get_queryset().order_by("pk").first()


@clean(populate=populate.books_of_author)
class ClassViewDetailPrefetched(WithoutPk, DetailView):
    queryset = Author.objects.prefetch_related("books__tags")
    template_name = "accuracy/author_books.html"


@clean(populate=populate.books, duplicate_ok=True)
class ClassViewUpdateForm(WithoutPk, UpdateView):
    model = Book
    fields = ["title", "author", "editor", "publisher", "category"]
    template_name = "accuracy/form.html"


def _post_review(client, url):
    user = populate.User.objects.create(username="critic")
    return client.post(url, {"book": Book.objects.order_by("pk")[0].pk, "user": user.pk, "stars": 4})


@clean(populate=populate.books, ask=_post_review, duplicate_ok=True)
class ClassViewCreate(CreateView):
    model = Review
    fields = ["book", "user", "stars"]
    template_name = "accuracy/form.html"
    success_url = "/"


@clean(populate=populate.reviewed_books, ask=lambda client, url: client.post(url))
class ClassViewDelete(WithoutPk, DeleteView):
    model = Book
    success_url = "/"


@clean(populate=populate.orders)
def inline_formset_without_keys(request):
    order = Order.objects.order_by("pk").first()
    Line.objects.update(order=order)
    factory = inlineformset_factory(Order, Line, fields=["quantity", "unit_price"], extra=0)
    return HttpResponse("".join(form.as_p() for form in factory(instance=order)))


@clean(populate=populate.tagged_books)
def many_choices_once(request):
    class Pick(forms.Form):
        tags = forms.ModelMultipleChoiceField(
            Tag.objects.annotate(n=Count("books")), widget=forms.CheckboxSelectMultiple
        )
        publisher = forms.ModelChoiceField(Publisher.objects.all(), widget=forms.RadioSelect)

    return HttpResponse(Pick().as_p())
