"""The admin's forms and actions: inlines, dropdowns, cells that can be edited, what actions do."""

from django.contrib import admin

from tests.accuracy.declare import fixed, mentions, n_plus_one, n_plus_one_write
from tests.accuracy.routes import admin_of, as_superuser, first_of
from tests.accuracy.scenarios.office import joined
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book

BOOKS = {"routes": admin_of(Book), "ask": as_superuser("shelf/book/"), "populate": populate.books}
CHOICES = {"kinds": ("n_plus_one", "duplicate"), "one_row": False, "duplicate_ok": True}
PUBLISHER_PAGE = {
    "routes": admin_of(Author),
    "ask": as_superuser("shelf/author/{pk}/change/", pk_of=first_of(Author)),
    "populate": populate.books_of_author,
}


class BookInline(admin.TabularInline):  # culprit: AdminInlineChoices
    model = Book  # culprit: AdminInlineChoices
    fk_name = "author"
    fields = ["title", "publisher"]  # culprit: AdminInlineChoices
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("author")


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
