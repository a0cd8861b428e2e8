"""Admin pages that are well written."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count

from tests.accuracy.declare import Scenario, add, clean
from tests.accuracy.routes import admin_of, as_superuser, first_of
from tests.accuracy.scenarios.office import BOOKS
from tests.accuracy.scenarios.office_forms import PlainInline, run_action
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Category, Order, Tag


@clean(**BOOKS)
class AdminOwnJoin(admin.ModelAdmin):
    """Keys that cannot be null are joined by the admin itself."""

    list_display = ["title", "author", "publisher"]
    list_filter = ["is_published", "category", "series"]
    search_fields = ["title", "author__name"]


@clean(routes=admin_of(Book), ask=as_superuser("shelf/book/", q="Book"), populate=populate.tagged_books)
class AdminSearchAndPrefetch(admin.ModelAdmin):
    list_display = ["title", "tag_list", "editor"]
    list_select_related = ["author", "editor"]
    search_fields = ["title"]
    list_per_page = 10

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("tags")

    def tag_list(self, obj):
        return ", ".join(tag.name for tag in obj.tags.all())


@clean(routes=admin_of(Author), ask=as_superuser("shelf/author/"), populate=populate.books)
class AdminAnnotatedColumn(admin.ModelAdmin):
    list_display = ["name", "book_count"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(n=Count("books"))

    @admin.display(ordering="n")
    def book_count(self, author):
        return author.n


@clean(
    routes=admin_of(Book),
    duplicate_ok=True,
    populate=populate.books,
    ask=as_superuser("shelf/book/{pk}/change/", pk_of=first_of(Book)),
)
class AdminChangeFormManyKeys(admin.ModelAdmin):
    """Two dropdowns of one model are the same query twice, whatever the rows."""

    fields = ["title", "author", "editor", "publisher", "category", "series"]


@clean(routes=admin_of(Book), ask=as_superuser("shelf/book/add/"), populate=populate.books)
class AdminAddForm(admin.ModelAdmin):
    fields = ["title", "isbn", "publisher", "series"]
    raw_id_fields = ["category"]


@clean(
    routes=admin_of(Author),
    populate=populate.books_of_author,
    ask=as_superuser("shelf/author/{pk}/change/", pk_of=first_of(Author)),
)
class AdminReadonlyInline(admin.ModelAdmin):
    fields = ["name", "email", "country"]
    inlines = [PlainInline]


@clean(**{**BOOKS, "ask": run_action("publish")})
class AdminActionInBulk(admin.ModelAdmin):
    actions = ["publish"]
    list_select_related = ["author"]

    def publish(self, request, queryset):
        count = queryset.update(is_published=True)
        self.message_user(request, f"{count} published")


@clean(routes=admin_of(Order), ask=as_superuser("shelf/order/"), populate=populate.orders)
class AdminAcrossTwoKeysJoined(admin.ModelAdmin):
    list_display = ["number", "customer__user__email"]
    list_select_related = ["customer__user"]


@clean(routes=admin_of(Category), ask=as_superuser(""), populate=populate.categories)
class AdminIndex(admin.ModelAdmin):
    pass


@clean(
    routes=admin_of(Tag),
    populate=populate.tagged_books,
    ask=as_superuser("shelf/tag/{pk}/delete/", pk_of=first_of(Tag)),
)
class AdminDeleteConfirmation(admin.ModelAdmin):
    pass


def _declare(name, view, **more):
    add(Scenario(name=name, family="office_clean", label="clean", view=view, populate=populate.users, **more))


_declare("admin_of_users", UserAdmin, routes=admin_of(User), ask=as_superuser("auth/user/"))
_declare(
    "admin_of_one_group",
    GroupAdmin,
    routes=admin_of(Group),
    ask=as_superuser("auth/group/{pk}/change/", pk_of=first_of(Group)),
)
