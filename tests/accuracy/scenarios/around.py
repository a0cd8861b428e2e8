"""What surrounds a view: sessions, cookies, decorators, tags and filters that ask, mails, logs."""

import functools
import logging

from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.core import mail
from django.db.models import Prefetch
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import sync_and_async_middleware
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Customer, Order, Publisher, Review

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
BULK = mentions("in_bulk", "__in")
log = logging.getLogger("shelf")


def _with_cart(client, url):
    session = client.session
    session["cart"] = {str(pk): 2 for pk in Book.objects.values_list("pk", flat=True)}
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client.get(url)


@n_plus_one(fix=BULK, populate=populate.books, ask=_with_cart)
def around_cart_in_session(request):
    total = 0
    for pk, quantity in request.session.get("cart", {}).items():
        product = get_object_or_404(Book, pk=pk)  # culprit
        total += product.price * quantity
    return HttpResponse(str(total))


@fixed("around_cart_in_session")
def around_cart_in_session_fixed(request):
    cart = request.session.get("cart", {})
    products = Book.objects.in_bulk([int(pk) for pk in cart])
    return HttpResponse(str(sum(products[int(pk)].price * quantity for pk, quantity in cart.items())))


def _with_cookie(client, url):
    client.cookies["seen"] = ".".join(map(str, Publisher.objects.values_list("pk", flat=True)))
    return client.get(url)


@n_plus_one(fix=BULK, populate=populate.books, ask=_with_cookie)
@never_cache
@require_safe
def around_ids_in_cookie(request):
    seen = []
    for key in request.COOKIES.get("seen", "").split("."):
        try:
            seen.append(Publisher.objects.get(pk=int(key)).name)  # culprit
        except (ValueError, Publisher.DoesNotExist):
            log.info("gone: %s", key)
    return JsonResponse(seen, safe=False)


@fixed("around_ids_in_cookie")
def around_ids_in_cookie_fixed(request):
    keys = [int(key) for key in request.COOKIES.get("seen", "").split(".")]
    return JsonResponse([one.name for one in Publisher.objects.filter(pk__in=keys)], safe=False)


def shown_books():
    return Book.objects.filter(is_published=True)  # queryset: around_decorator


def with_shelf(view):
    """A decorator that does work of its own before the view."""

    @functools.wraps(view)
    def wrapped(request, *args, **kwargs):
        request.shelf = {book.pk: book.author.name for book in shown_books()}  # culprit: around_decorator
        return view(request, *args, **kwargs)

    return wrapped


@n_plus_one("shelf.Book.author", **AUTHOR)
@with_shelf
def around_decorator(request):
    return JsonResponse(request.shelf)


@fixed("around_decorator")
def around_decorator_fixed(request):
    return JsonResponse(dict(Book.objects.values_list("pk", "author__name")))


@n_plus_one(fix=(), populate=populate.reviewed_books)
def around_tag_with_query(request):
    return render(request, "accuracy/board.html", {"books": Book.objects.all()})


@fixed("around_tag_with_query")
def around_tag_with_query_fixed(request):
    return HttpResponse(str(list(Review.objects.values_list("book", "stars"))))


@n_plus_one("shelf.Book.tags", path="tags", fix='prefetch_related("tags")', populate=populate.tagged_books)
def around_inclusion_of_children(request):
    books = Book.objects.order_by("title")  # queryset
    return render(request, "accuracy/board_cards.html", {"books": books})


@n_plus_one("auth.User.groups", path="groups", populate=populate.users)
def around_filter_with_argument(request):
    users = User.objects.filter(is_active=True)  # queryset
    return render(request, "accuracy/board_users.html", {"users": users})


@fixed("around_filter_with_argument")
def around_filter_with_argument_fixed(request):
    return HttpResponse(str(list(User.objects.filter(groups__name="Staff"))))


@n_plus_one(
    "shelf.Book.publisher", path="publisher", fix='select_related("publisher")', populate=populate.books
)
def around_with_and_ifchanged(request):
    books = Book.objects.order_by("publisher_id", "title")  # queryset
    return render(request, "accuracy/board_nested.html", {"books": books})


@n_plus_one("shelf.Customer.user", path="user", fix='select_related("user")', populate=populate.orders)
def around_mail_to_everyone(request):
    for customer in Customer.objects.exclude(phone="none"):  # queryset
        mail.EmailMessage("News", "Text", to=[customer.user.email])  # culprit
    return HttpResponse("sent")


@n_plus_one("shelf.Book.author", **AUTHOR)
def around_log_lines(request):
    """Only the log reads the relation."""
    books = Book.objects.all()  # queryset
    for book in books:
        log.debug("shown %s by %s", book.title, book.author.name)  # culprit
    return HttpResponse(str(len(books)))


@sync_and_async_middleware
def owner_middleware(get_response):
    def middleware(request):
        request.owner = User.objects.order_by("pk").first()
        return get_response(request)

    return middleware


@n_plus_one(
    "shelf.Order.customer",
    path="customer",
    fix='select_related("customer")',
    populate=populate.orders,
    middleware=("tests.accuracy.scenarios.around.owner_middleware",),
)
def around_object_permissions(request):
    """The owner of every order is compared with the user of the request."""
    orders = Order.objects.order_by("number")  # queryset
    mine = [order.number for order in orders if order.customer.user_id == request.owner.pk]  # culprit
    return JsonResponse(mine, safe=False)


def _signed_in(client, url):
    client.force_login(User.objects.create(username="boss", is_superuser=True))
    return client.get(url)


@clean(populate=populate.books, ask=_signed_in)
class AroundMixins(PermissionRequiredMixin, View):
    permission_required = ("shelf.view_book", "shelf.change_book")

    def get(self, request):
        books = Book.objects.select_related("author")
        rows = [[book.author.name, request.user.has_perm("shelf.delete_book")] for book in books]
        return JsonResponse(rows, safe=False)


@clean(
    populate=populate.users,
    ask=lambda client, url: client.force_login(User.objects.first()) or client.get(url),
)
@user_passes_test(lambda user: user.groups.exists() and user.has_perm("shelf.view_book"))
def around_test_of_the_user(request):
    """Permissions are asked for in a loop, and cached on the user."""
    rights = [
        right for right in ("add", "change", "delete", "view") if request.user.has_perm(f"shelf.{right}_book")
    ]
    request.session["rights"] = rights
    return JsonResponse(rights, safe=False)


@clean(populate=populate.books, ask=_with_cart)
def around_cart_in_bulk(request):
    cart = request.session.get("cart", {})
    products = Book.objects.select_related("publisher").in_bulk([int(pk) for pk in cart])
    request.session["seen"] = len(products)
    return JsonResponse([one.publisher.name for one in products.values()], safe=False)


@clean(populate=populate.tagged_books)
def around_inclusion_of_prefetched(request):
    books = Book.objects.prefetch_related("tags")
    return render(request, "accuracy/board_cards.html", {"books": books})


@clean(populate=populate.books, middleware=("tests.accuracy.scenarios.around.owner_middleware",))
def around_lazy_querysets_in_context(request):
    """Three blocks of a page, each with its own queryset of one model."""
    context = {
        "rows": [list(Book.objects.order_by(order)[:3]) and order for order in ("title", "-price", "pk")]
    }
    return render(request, "accuracy/plain.html", context)


@clean(populate=populate.reviewed_books)
def around_mail_to_everyone_joined(request):
    reviews = Prefetch("reviews", queryset=Review.objects.select_related("book__author"))
    lines = []
    for user in User.objects.prefetch_related(reviews):
        lines += [f"{user.email}: {review.book.author.name}" for review in user.reviews.all()]
    return HttpResponse("\n".join(lines))


def _two_authors():
    yield Author.objects.order_by("pk").first()
    yield Author.objects.order_by("-pk").first()


@clean(populate=populate.books)
def around_generator_of_two(request):
    """A generator with two rows, asked by two lines."""
    names = [f"{author.name} {author.country.name}" for author in _two_authors()]
    return JsonResponse(names, safe=False)
