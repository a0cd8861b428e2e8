"""Form sets with choices, model forms, validation."""

from django import forms
from django.forms import modelform_factory, modelformset_factory
from django.http import HttpResponse
from django.shortcuts import render

from tests.accuracy.declare import clean, fixed, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Book, Publisher

BookFormSet = modelformset_factory(Book, fields=["title", "publisher"], extra=0)


@n_plus_one(kinds=("n_plus_one", "duplicate"), one_row=False, duplicate_ok=True, populate=populate.books)
def formset_with_choices(request):
    formset = BookFormSet(queryset=Book.objects.order_by("pk"))
    return render(request, "accuracy/formset.html", {"formset": formset})


class SharedChoicesForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title", "publisher"]

    def __init__(self, *args, choices=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["publisher"].choices = choices


@fixed("formset_with_choices")
def formset_with_choices_fixed(request):
    choices = [(one.pk, one.name) for one in Publisher.objects.all()]
    factory = modelformset_factory(Book, form=SharedChoicesForm, extra=0)
    formset = factory(queryset=Book.objects.order_by("pk"), form_kwargs={"choices": choices})
    return render(request, "accuracy/formset.html", {"formset": formset})


@clean(populate=populate.books)
def one_model_form_over_several_keys(request):
    book = Book.objects.order_by("pk").first()
    factory = modelform_factory(Book, fields=["title", "publisher", "category", "series"])
    return HttpResponse(factory(instance=book).as_p())


@clean(populate=populate.books, duplicate_ok=True)
def one_model_form_over_two_keys_to_one_model(request):
    book = Book.objects.order_by("pk").first()
    factory = modelform_factory(Book, fields=["title", "author", "editor"])
    return HttpResponse(factory(instance=book).as_p())


def _post_form(client, url):
    book = Book.objects.order_by("pk").first()
    fields = {"title": "New", "isbn": "1", "price": 1}
    keys = {name: getattr(book, f"{name}_id") for name in ("author", "editor", "publisher", "series")}
    return client.post(url, {**fields, **keys})


@clean(populate=populate.books, duplicate_ok=True, ask=_post_form)
def posted_form_validates_keys(request):
    factory = modelform_factory(
        Book, fields=["title", "isbn", "price", "author", "editor", "publisher", "series"]
    )
    form = factory(request.POST)
    return HttpResponse(str(form.is_valid()))


@clean(populate=populate.books)
def full_clean_over_several_keys(request):
    book = Book.objects.order_by("pk").first()
    book.full_clean(exclude=["tags"])
    return HttpResponse("valid")


@clean(populate=populate.shipments)
def full_clean_over_two_keys_to_one_model(request):
    from tests.accuracy.shelf.models import Shipment

    shipment = Shipment.objects.order_by("number").first()
    shipment.full_clean()
    return HttpResponse("valid")
