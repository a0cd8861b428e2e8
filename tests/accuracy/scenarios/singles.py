"""One object, or a few on lines of their own: repetition without a loop over rows."""

from django.core.cache import cache
from django.db import OperationalError, transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import AuditEntry, Author, Book, Category, Order, Page, SiteSetting


@clean(populate=populate.books)
def first_and_last_of_a_list(request):
    books = list(Book.objects.order_by("pk"))
    return HttpResponse(f"{books[0].author.name} {books[-1].author.name}")


@clean(populate=populate.books)
def first_and_last_of_a_queryset(request):
    books = Book.objects.order_by("pk")
    first, last = books.first(), books.last()
    return HttpResponse(
        f"{first.author.name} {last.author.name} {first.publisher.name} {last.publisher.name}"
    )


@clean(populate=populate.books)
def loop_that_breaks(request):
    for book in Book.objects.order_by("pk"):
        if book.author.name:
            name = book.author.name
            break
    return HttpResponse(name)


@clean(populate=populate.books)
def loop_that_returns(request):
    for book in Book.objects.order_by("pk"):
        if book.publisher.name.startswith("Publisher"):
            return HttpResponse(book.title)
    return HttpResponse("none")


@clean(populate=populate.books)
def next_of_a_generator(request):
    found = next((book.author.name for book in Book.objects.order_by("pk") if book.author.name), "")
    return HttpResponse(found)


@clean(populate=populate.books)
def any_that_stops_at_the_first(request):
    return HttpResponse(str(any(book.author.name for book in Book.objects.order_by("pk"))))


@clean(populate=lambda n: populate.books(n + 2))
def three_rows_by_destructuring(request):
    first, second, *_ = Book.objects.order_by("pk")
    names = first.author.name, second.author.name
    return HttpResponse(" ".join(names))


@clean(populate=populate.books)
def several_keys_of_one_object_in_a_loop(request):
    book = Book.objects.order_by("pk").first()
    names = [getattr(book, role).name for role in ("author", "editor")]
    return HttpResponse(" ".join(names))


def front_page(n):
    pages = Page.objects.bulk_create(Page(title=f"Page {i}", slug=f"p{i}") for i in range(n + 4))
    home = Page(title="Home", slug="home")
    home.first_link, home.second_link, home.third_link, home.fourth_link = pages[:4]
    home.save()


@clean(populate=front_page)
def four_links_of_the_front_page(request):
    home = Page.objects.get(slug="home")
    return HttpResponse(
        home.first_link.title + home.second_link.title + home.third_link.title + home.fourth_link.title
    )


@clean(populate=front_page)
def four_links_in_template(request):
    return render(request, "accuracy/front_page.html", {"home": Page.objects.get(slug="home")})


@clean(populate=front_page)
def pages_by_slug_on_three_lines(request):
    home = Page.objects.get(slug="home")
    first = Page.objects.get(slug="p0")
    second = get_object_or_404(Page, slug="p1")
    return HttpResponse(home.title + first.title + second.title)


@clean(populate=populate.books, duplicate_ok=True)
def property_read_three_times(request):
    book = Book.objects.order_by("pk").first()
    flags = [book.is_reviewed(), book.is_reviewed(), book.is_reviewed()]
    return JsonResponse(flags, safe=False)


@clean(populate=populate.books, duplicate_ok=True)
def children_listed_three_times(request):
    author = Author.objects.filter(books__isnull=False).first()
    texts = []
    for separator in (",", ";", " "):
        texts.append(separator.join(book.title for book in author.books.all()))
    return HttpResponse("\n".join(texts))


@clean(populate=populate.books, duplicate_ok=True)
def retry_of_one_query(request):
    for attempt in range(3):
        try:
            book = Book.objects.order_by("pk").first()
            if attempt < 2:
                raise OperationalError("locked")
        except OperationalError:
            continue
    return HttpResponse(book.title)


def with_settings(n):
    SiteSetting.objects.bulk_create(
        SiteSetting(key=key, value="on") for key in ("theme", "lang", "tax", "mode")
    )
    return populate.books(n)


def _setting(key):
    return SiteSetting.objects.get(key=key).value


@clean(populate=with_settings, duplicate_ok=True)
def settings_row_read_again(request):
    theme = _setting("theme")
    body = f"<h1>{_setting('theme')}</h1>"
    return HttpResponse(f"{theme}{body}{_setting('theme')}")


@clean(populate=with_settings)
def three_settings_by_one_helper(request):
    theme = _setting("theme")
    lang = _setting("lang")
    tax = _setting("tax")
    return HttpResponse(f"{theme} {lang} {tax}")


@clean(populate=with_settings)
def settings_over_a_literal(request):
    return JsonResponse({key: _setting(key) for key in ("theme", "lang", "tax", "mode")})


def _audit(action, subject):
    AuditEntry.objects.create(action=action, subject=subject)


@clean(populate=populate.books)
def audit_trail_of_three(request):
    book = Book.objects.order_by("pk").first()
    _audit("opened", book.title)
    _audit("read", book.title)
    _audit("closed", book.title)
    return HttpResponse("done")


@clean(populate=populate.books)
def savepoint_in_savepoint(request):
    with transaction.atomic():
        with transaction.atomic():
            AuditEntry.objects.create(action="inner")
        with transaction.atomic():
            Book.objects.filter(price=3).update(price=4)
    return HttpResponse("done")


@clean(populate=populate.books)
def on_commit_once(request):
    with transaction.atomic():
        book = Book.objects.select_for_update().order_by("pk").first()
        book.price += 1
        book.save(update_fields=["price"])
        transaction.on_commit(lambda: AuditEntry.objects.create(action="raised", subject=book.title))
    return HttpResponse("done")


@clean(populate=populate.books)
def select_for_update_of_all(request):
    with transaction.atomic():
        books = list(Book.objects.select_for_update().select_related("author"))
    return JsonResponse([book.author.name for book in books], safe=False)


@clean(populate=populate.books)
def read_through_a_cache(request):
    names = []
    for key in ("first", "first", "first"):
        names.append(cache.get_or_set(key, lambda: Book.objects.order_by("pk").first().title))
    return JsonResponse(names, safe=False)


@clean(populate=populate.orders)
def one_order_to_the_bottom(request):
    order = get_object_or_404(Order, number="N0")
    lines = [
        (line.product.title, line.product.author.name)
        for line in order.lines.select_related("product__author")
    ]
    return JsonResponse([order.customer.user.username, lines], safe=False)


@clean(populate=lambda n: populate.books(n + 1))
def two_objects_by_two_get_calls(request):
    ids = list(Book.objects.order_by("pk").values_list("pk", flat=True)[:2])
    one = Book.objects.get(pk=ids[0])
    two = Book.objects.get(pk=ids[1])
    if one.author != two.author and one.publisher != two.publisher:
        return HttpResponse("differ")
    return HttpResponse("same")


@clean(populate=populate.books)
def get_or_create_once_each(request):
    first, _ = Category.objects.get_or_create(name="Crime")
    second, _ = Category.objects.get_or_create(name="Verse")
    third, _ = Category.objects.update_or_create(name="Prose", defaults={"parent": first})
    return HttpResponse(f"{first.pk} {second.pk} {third.pk}")


@clean(populate=populate.books)
def dashboard_of_tiles(request):
    tiles = {
        "newest": [book.title for book in Book.objects.order_by("-pk")[:3]],
        "oldest": [book.title for book in Book.objects.order_by("pk")[:3]],
        "dearest": [book.title for book in Book.objects.order_by("-price")[:3]],
        "cheapest": [book.title for book in Book.objects.order_by("price")[:3]],
    }
    return JsonResponse(tiles)
