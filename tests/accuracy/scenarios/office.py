"""The admin: what its change lists, inlines, filters and actions read and write for each row."""

from django.contrib import admin

from tests.accuracy.declare import fixed, mentions, n_plus_one, n_plus_one_write
from tests.accuracy.routes import admin_of, as_superuser, first_of
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Order, Profile, Review

BOOKS = {"routes": admin_of(Book), "ask": as_superuser("shelf/book/"), "populate": populate.books}
CHOICES = {"kinds": ("n_plus_one", "duplicate"), "one_row": False, "duplicate_ok": True}


def joined(path):
    """The admin's own option, or the queryset of the ModelAdmin."""
    return mentions(
        f'list_select_related = ("{path}",)', f'list_select_related = ["{path}"]', f'select_related("{path}")'
    )


@n_plus_one("shelf.Book.category", path="category", fix=joined("category"), **BOOKS)
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


class BookInline(admin.TabularInline):  # culprit: AdminInlineChoices
    model = Book  # culprit: AdminInlineChoices
    fk_name = "author"
    fields = ["title", "publisher"]  # culprit: AdminInlineChoices
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("author")


PUBLISHER_PAGE = {
    "routes": admin_of(Author),
    "ask": as_superuser("shelf/author/{pk}/change/", pk_of=first_of(Author)),
    "populate": populate.books_of_author,
}


@n_plus_one(**CHOICES, **PUBLISHER_PAGE)
class AdminInlineChoices(admin.ModelAdmin):  # culprit
    fields = ["name", "email"]
    inlines = [BookInline]  # culprit


class PlainInline(BookInline):
    fields = readonly_fields = ["title", "price"]


@fixed("AdminInlineChoices")
class AdminInlineChoicesFixed(admin.ModelAdmin):
    fields = ["name", "email"]
    inlines = [PlainInline]


class EditionInline(admin.StackedInline):  # culprit: AdminInlineRawId
    model = Book  # culprit: AdminInlineRawId
    fk_name = "author"
    fields = ["title", "category"]  # culprit: AdminInlineRawId
    raw_id_fields = ["category"]  # culprit: AdminInlineRawId
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("author", "category")


@n_plus_one(kinds=("n_plus_one", "duplicate"), one_row=False, **PUBLISHER_PAGE)
class AdminInlineRawId(admin.ModelAdmin):  # culprit
    """Each row's widget looks up the one label that it shows."""

    fields = ["name"]
    inlines = [EditionInline]  # culprit


@fixed("AdminInlineRawId")
class AdminInlineRawIdFixed(AdminInlineChoicesFixed):
    fields = ["name"]


class StrInline(admin.TabularInline):
    model = Book  # culprit: AdminInlineStr
    fk_name = "author"
    fields = readonly_fields = ["price"]
    extra = 0


@n_plus_one("shelf.Book.author", marks=("book_str",), **PUBLISHER_PAGE)
class AdminInlineStr(admin.ModelAdmin):
    """A tabular inline prints every row's name above it."""

    fields = ["name"]
    inlines = [StrInline]  # culprit


@fixed("AdminInlineStr")
class AdminInlineStrFixed(AdminInlineChoicesFixed):
    fields = ["name"]


@n_plus_one(**CHOICES, **{**BOOKS, "ask": as_superuser("shelf/book/")})
class AdminListEditable(admin.ModelAdmin):  # culprit
    list_display = ["title", "publisher"]  # culprit
    list_editable = ["publisher"]  # culprit
    list_select_related = ["author", "publisher"]


@fixed("AdminListEditable")
class AdminListEditableFixed(admin.ModelAdmin):
    list_display = ["title", "publisher", "price"]
    list_editable = ["price"]
    list_select_related = ["author", "publisher"]


def run_action(name):
    def ask(client, url):
        from django.contrib.auth.models import User

        client.force_login(User.objects.create(username="boss", is_staff=True, is_superuser=True))
        chosen = list(Book.objects.values_list("pk", flat=True))
        return client.post("/office/shelf/book/", {"action": name, "_selected_action": chosen})

    return ask


@n_plus_one_write(fix=mentions("bulk_update", "update("), **{**BOOKS, "ask": run_action("publish")})
class AdminActionSaves(admin.ModelAdmin):
    list_display = ["title"]
    actions = ["publish"]

    def publish(self, request, queryset):
        for book in queryset:
            book.is_published = True
            book.save()  # culprit


@fixed("AdminActionSaves")
class AdminActionSavesFixed(AdminActionSaves):
    def publish(self, request, queryset):
        queryset.update(is_published=True)


@n_plus_one(
    "shelf.Book.author", path="author", fix=joined("author"), **{**BOOKS, "ask": run_action("export")}
)
class AdminActionReads(admin.ModelAdmin):
    list_display = ["title"]
    ordering = ["title"]
    actions = ["export"]

    def export(self, request, queryset):
        from django.http import HttpResponse

        return HttpResponse("\n".join(f"{book.title};{book.author.name}" for book in queryset))  # culprit


@fixed("AdminActionReads")
class AdminActionReadsFixed(AdminActionReads):
    list_select_related = ["author"]
