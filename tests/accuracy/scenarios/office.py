"""The admin: what its change lists, inlines, filters and actions read and write for each row."""

import django
from django.contrib import admin

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.routes import admin_of, as_superuser
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Book, Order, Profile, Review

BOOKS = {"routes": admin_of(Book), "ask": as_superuser("shelf/book/"), "populate": populate.books}


def joined(path):
    """The admin's own option, or the queryset of the ModelAdmin."""
    return mentions(
        f'list_select_related = ("{path}",)', f'list_select_related = ["{path}"]', f'select_related("{path}")'
    )


# Django 6.1 joins what list_display names, and nothing else; before, keys that can be null were left out.
as_of_release = (
    clean(**BOOKS)
    if django.VERSION >= (6, 1)
    else n_plus_one("shelf.Book.category", path="category", fix=joined("category"), **BOOKS)
)


@as_of_release
class AdminNullableKey(admin.ModelAdmin):
    """The admin joins the keys of ``list_display`` by itself, but not those that can be null."""

    list_display = ["title", "category"]  # culprit
    actions = None


@fixed("AdminNullableKey")
class AdminNullableKeyFixed(admin.ModelAdmin):
    list_display = ["title", "category"]
    actions = None
    list_select_related = ["category"]


@n_plus_one(
    "shelf.Book.publisher",
    "shelf.Publisher.country",
    path="publisher__country",
    fix=joined("publisher__country"),
    **BOOKS,
)
class AdminTwoKeys(admin.ModelAdmin):
    list_display = ["title", "publisher__country"]  # culprit
    search_fields = ["title"]
    actions = None


@fixed("AdminTwoKeys")
class AdminTwoKeysFixed(admin.ModelAdmin):
    list_display = ["title", "publisher__country"]
    actions = None
    list_select_related = ["publisher__country"]


@n_plus_one("shelf.Book.author", path="author", fix=joined("author"), marks=("book_str",), **BOOKS)
class AdminCallable(admin.ModelAdmin):
    actions_on_top = False
    list_display = [
        "title",
        "writer",  # culprit
    ]

    @admin.display(description="Written by", ordering="author__name")
    def writer(self, book):
        return f"{book.author.name} <{book.author.email}>"  # culprit


@fixed("AdminCallable")
class AdminCallableFixed(AdminCallable):
    list_select_related = ("author",)


@n_plus_one("shelf.Book.author", path="author", fix=joined("author"), marks=("book_str",), **BOOKS)
class AdminStr(admin.ModelAdmin):
    """The default column."""


@fixed("AdminStr")
class AdminStrFixed(admin.ModelAdmin):
    list_select_related = ["author"]


@n_plus_one(
    "shelf.Profile.author",
    path="author",
    fix=joined("author"),
    marks=("profile_str",),
    routes=admin_of(Profile),
    ask=as_superuser("shelf/profile/", o="-1"),
    populate=populate.profiles,
)
class AdminStrBesideColumns(admin.ModelAdmin):
    list_display = ["pk", "__str__", "bio"]  # culprit


@fixed("AdminStrBesideColumns")
class AdminStrBesideColumnsFixed(AdminStrBesideColumns):
    def get_queryset(self, request):
        return super().get_queryset(request).select_related("author")


def lines_in_order(order):
    return order.lines.count()  # culprit: AdminCountColumn


@n_plus_one(
    "shelf.Order.lines",
    path="lines",
    fix=mentions("Count("),
    routes=admin_of(Order),
    ask=as_superuser("shelf/order/"),
    populate=populate.orders,
)
class AdminCountColumn(admin.ModelAdmin):
    list_display = ("number", lines_in_order)  # culprit


@fixed("AdminCountColumn")
class AdminCountColumnFixed(admin.ModelAdmin):
    list_display = ("number", "line_count")

    def get_queryset(self, request):
        from django.db.models import Count

        return super().get_queryset(request).annotate(n=Count("lines"))

    def line_count(self, order):
        return order.n


@n_plus_one(
    "shelf.Book.tags",
    path="tags",
    fix=mentions('prefetch_related("tags")'),
    routes=admin_of(Book),
    ask=as_superuser("shelf/book/"),
    populate=populate.tagged_books,
)
class AdminManyToMany(admin.ModelAdmin):
    list_display = ["title", "tag_list"]  # culprit
    list_select_related = ["author"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(price__gt=0)  # queryset

    def tag_list(self, obj):
        return ", ".join(tag.name for tag in obj.tags.all())  # culprit


@fixed("AdminManyToMany")
class AdminManyToManyFixed(AdminManyToMany):
    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("tags")


@n_plus_one(
    "shelf.Book.author",
    path="author",
    marks=("book_str",),
    routes=admin_of(Review),
    ask=as_superuser("shelf/review/"),
    populate=populate.reviewed_books,
)
class AdminFilterReadsStr(admin.ModelAdmin):
    """The filter's links name every book, and a book's name holds its author's."""

    list_display = ["stars", "text"]
    list_filter = ["book"]  # culprit


class JoinedBookFilter(admin.RelatedFieldListFilter):
    def field_choices(self, field, request, model_admin):
        return [(book.pk, str(book)) for book in Book.objects.select_related("author")]


@fixed("AdminFilterReadsStr")
class AdminFilterReadsStrFixed(admin.ModelAdmin):
    list_display = ["stars", "text"]
    list_filter = [("book", JoinedBookFilter)]
