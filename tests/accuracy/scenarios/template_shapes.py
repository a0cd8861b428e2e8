"""N+1s and silences in the less usual corners of the template language."""

from django.shortcuts import render

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_dictsort(request):
    return render(request, "accuracy/dictsort.html", {"books": Book.objects.all()})  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_ifchanged(request):
    return render(request, "accuracy/ifchanged.html", {"books": Book.objects.order_by("pk")})  # queryset


@n_plus_one(
    "shelf.Book.tags", path="tags", fix=mentions("annotate", "Count("), populate=populate.tagged_books
)
def template_count_in_if(request):
    return render(request, "accuracy/count_if.html", {"books": Book.objects.all()})  # queryset


@fixed("template_count_in_if")
def template_count_in_if_fixed(request):
    return render(request, "accuracy/count_if.html", {"books": Book.objects.prefetch_related("tags")})


@n_plus_one(
    "shelf.Book.review_set",
    path="review_set",
    fix='prefetch_related("review_set")',
    populate=populate.reviewed_books,
)
def template_length_filter(request):
    return render(request, "accuracy/length.html", {"books": Book.objects.all()})  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_url_argument(request):
    return render(request, "accuracy/url_argument.html", {"books": Book.objects.all()})  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_dict_of_lists(request):
    groups = {}
    for book in Book.objects.all():  # queryset
        groups.setdefault(book.price, []).append(book)
    return render(request, "accuracy/groups.html", {"groups": groups})


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_queryset_called_in_template(request):
    return render(request, "accuracy/manager.html", {"books": Book.objects.filter(price__gt=0)})  # queryset


@n_plus_one("shelf.Book.author", **AUTHOR)
def template_include_of_include(request):
    return render(request, "accuracy/outer.html", {"books": Book.objects.all()})  # queryset


@clean(populate=populate.books)
def template_three_cards(request):
    books = Book.objects.order_by("pk")
    context = {
        "newest": books.last(),
        "oldest": books.first(),
        "best": books.filter(price__gt=1).order_by("title").first(),
    }
    return render(request, "accuracy/three_cards.html", context)


@clean(populate=lambda n: populate.books(n + 3))
def template_rows_by_number(request):
    return render(request, "accuracy/by_number.html", {"books": list(Book.objects.order_by("pk"))})


@clean(populate=populate.prolific_authors)
def template_nested_prefetched(request):
    authors = Author.objects.prefetch_related("books__publisher", "books__author")
    return render(request, "accuracy/authors_books.html", {"authors": authors})


@clean(populate=populate.books)
def template_regroup_joined(request):
    return render(request, "accuracy/regroup.html", {"books": Book.objects.select_related("author")})


@clean(populate=populate.books, silent_at_one=False)
def template_first_of_loop_only(request):
    return render(request, "accuracy/first_only.html", {"books": Book.objects.order_by("pk")})


@clean(populate=lambda n: populate.books(n + 3))
def template_podium_on_one_line(request):
    first, second, third = Book.objects.order_by("-price")[:3]
    return render(request, "accuracy/podium.html", {"first": first, "second": second, "third": third})
