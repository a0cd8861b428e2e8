"""Queries made around the view: context processors, middleware, receivers, pages, permissions, aliases."""

from django import forms
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.dispatch import Signal
from django.forms import modelformset_factory
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.generic import ListView

from tests.accuracy.declare import clean, fixed, n_plus_one, no_call
from tests.accuracy.settings import CONTEXT_PROCESSORS, HERE
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Book, Category, Review

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}


def with_processor(name):
    """Settings in which a context processor of the shelf is on."""
    processors = [*CONTEXT_PROCESSORS, f"tests.accuracy.shelf.around.{name}"]
    return {
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [HERE / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": processors},
            }
        ]
    }


@n_plus_one("shelf.Book.author", settings=with_processor("menu"), **AUTHOR)
def context_processor(request):
    return render(request, "accuracy/menu.html")


@n_plus_one("shelf.Book.author", settings=with_processor("lazy_menu"), **AUTHOR)
def context_processor_read_by_template(request):
    return render(request, "accuracy/lazy_menu.html")


@n_plus_one("shelf.Book.author", middleware=("tests.accuracy.shelf.around.breadcrumb_middleware",), **AUTHOR)
def middleware_before_the_view(request):
    return HttpResponse("".join(request.breadcrumbs))


@n_plus_one("shelf.Book.author", middleware=("tests.accuracy.shelf.around.HeaderMiddleware",), **AUTHOR)
def middleware_after_the_view(request):
    return HttpResponse("body")


class Recipients(list):
    """A list that can be the sender of a signal."""

    __hash__ = object.__hash__


books_shown = Signal()


def on_books_shown(sender, books, **kwargs):
    for book in books:
        sender.append(book.author.email)  # culprit: signal_receiver


books_shown.connect(on_books_shown)


@n_plus_one("shelf.Book.author", **AUTHOR)
def signal_receiver(request):
    mails = Recipients()
    books_shown.send(mails, books=Book.objects.all())  # queryset
    return HttpResponse(" ".join(mails))


book_shown = Signal()


def on_book_shown(sender, book, **kwargs):
    sender.append(book.author.email)  # culprit: signal_receiver_per_row


book_shown.connect(on_book_shown)


@n_plus_one("shelf.Book.author", **AUTHOR)
def signal_receiver_per_row(request):
    mails = Recipients()
    for book in Book.objects.all():  # queryset
        book_shown.send(mails, book=book)
    return HttpResponse(" ".join(mails))


@n_plus_one("shelf.Book.author", **AUTHOR)
def page_of_paginator(request):
    books = Book.objects.order_by("title")  # queryset
    page = Paginator(books, 50).get_page(request.GET.get("page"))
    return JsonResponse([book.author.name for book in page], safe=False)  # culprit


@n_plus_one("shelf.Book.author", **AUTHOR)
class PageOfOrderedListView(ListView):
    model = Book  # queryset
    paginate_by = 40
    ordering = "title"
    context_object_name = "books"
    template_name = "accuracy/page.html"


@n_plus_one(
    "shelf.Book.author", path="author", fix='select_related("author")', populate=populate.archived_books
)
def second_alias(request):
    books = Book.objects.using("archive").all()  # queryset
    return HttpResponse(", ".join(book.author.name for book in books))  # culprit


@n_plus_one(
    "shelf.Author.books", path="books", fix='prefetch_related("books")', populate=populate.archived_books
)
def second_alias_reverse(request):
    from tests.accuracy.shelf.models import Author

    authors = Author.objects.using("archive").filter(name__startswith="Author")  # queryset
    return JsonResponse({one.name: [book.title for book in one.books.all()] for one in authors})  # culprit


@n_plus_one(populate=populate.users, fix=no_call, more_findings=1)
def permissions_per_user(request):
    allowed = []
    for user in User.objects.all():
        if user.has_perm("shelf.view_book"):  # culprit
            allowed.append(user.username)
    return JsonResponse(allowed, safe=False)


@fixed("permissions_per_user")
def permissions_per_user_fixed(request):
    allowed = User.objects.with_perm("shelf.view_book", backend="django.contrib.auth.backends.ModelBackend")
    return JsonResponse([user.username for user in allowed], safe=False)


@n_plus_one("auth.User.groups", path="groups", fix='prefetch_related("groups")', populate=populate.users)
def groups_per_user(request):
    users = User.objects.order_by("username")  # queryset
    rows = {user.username: [group.name for group in user.groups.all()] for user in users}  # culprit
    return JsonResponse(rows)


@n_plus_one(
    "auth.Group.permissions",
    path="groups__permissions",
    fix='prefetch_related("groups__permissions")',
    populate=populate.users,
)
def permissions_of_prefetched_groups(request):
    rows = []
    for user in User.objects.prefetch_related("groups"):  # queryset
        for group in user.groups.all():
            rows += [permission.codename for permission in group.permissions.all()]  # culprit
    return JsonResponse(rows, safe=False)


@clean(populate=populate.books)
def paginator_count_and_page(request):
    paginator = Paginator(Book.objects.select_related("author").order_by("pk"), 5)
    page = paginator.get_page(1)
    return HttpResponse(f"{paginator.count} {paginator.num_pages} {[book.author.name for book in page]}")


@clean(populate=populate.books, settings=with_processor("joined_menu"))
def context_processor_well_written(request):
    return render(request, "accuracy/menu.html")


def _signed_in(client, url):
    client.force_login(User.objects.order_by("pk").first())
    return client.get(url)


@clean(populate=populate.users, ask=_signed_in)
def session_and_permissions_of_the_user(request):
    rights = [request.user.has_perm(f"shelf.{right}_book") for right in ("view", "add", "change", "delete")]
    request.session["seen"] = True
    return JsonResponse([request.user.username, rights], safe=False)


@clean(populate=populate.users, ask=_signed_in)
def permissions_in_template(request):
    return render(request, "accuracy/permissions.html", {"codes": ["a", "b", "c"]})


@clean(populate=populate.reviewed_books)
def second_alias_beside_the_first(request):
    here = Book.objects.count()
    there = Book.objects.using("archive").count()
    return HttpResponse(f"{here} {there}")


@clean(populate=populate.books)
def model_choice_field_once(request):
    class Pick(forms.Form):
        category = forms.ModelChoiceField(Category.objects.all())

    return HttpResponse(Pick().as_p())


@clean(populate=populate.reviewed_books)
def formset_without_choices(request):
    factory = modelformset_factory(Review, fields=["stars", "text"], extra=0)
    formset = factory(queryset=Review.objects.order_by("pk"))
    return render(request, "accuracy/formset.html", {"formset": formset})
