"""A fixed number of queries, in shapes that look like loops over rows."""

import functools
import time

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import AuditEntry, Author, Book, Category, Comment, Order, SiteSetting, Tag


@clean(populate=populate.books, duplicate_ok=True)
def steady_over_all_models(request):
    """A page of figures over the installed models."""
    shelf = apps.get_app_config("shelf")
    return JsonResponse({model.__name__: model._base_manager.count() for model in shelf.get_models()})


@clean(populate=populate.books)
def steady_over_languages(request):
    totals = {code: Book.objects.filter(title__startswith=code).count() for code, _ in settings.LANGUAGES[:6]}
    return JsonResponse(totals)


@clean(populate=populate.books)
def steady_over_keys_of_the_model(request):
    """Every foreign key of one object, by the model's own fields."""
    book = Book.objects.order_by("pk").first()
    shown = {}
    for field in Book._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            shown[field.name] = str(getattr(book, field.name).pk)
    return JsonResponse(shown)


@clean(populate=populate.reviewed_books)
def steady_over_reverse_relations(request):
    book = Book.objects.order_by("pk").first()
    counts = {
        name: getattr(book, name).count() for name in ("review_set", "tags", "contributions", "editions")
    }
    return JsonResponse(counts)


def _validate(book):
    errors = {}
    for name in ("author", "editor"):
        key = getattr(book, f"{name}_id")
        if not Author.objects.filter(pk=key).exists():
            errors[name] = ValidationError("unknown")
    return errors


@clean(populate=populate.books)
def steady_validation_of_two_keys(request):
    return JsonResponse({"errors": len(_validate(Book.objects.latest("pk")))})


@clean(populate=populate.books_of_one_author)
def steady_cache_filled_once(request):
    authors = {}
    rows = []
    for book in Book.objects.all():
        if book.author_id not in authors:
            authors[book.author_id] = Author.objects.get(pk=book.author_id)
        rows.append(f"{book.title} {authors[book.author_id].name}")
    return HttpResponse("\n".join(rows))


@clean(populate=populate.books_of_one_author)
def steady_lru_cache_in_a_loop(request):
    @functools.cache
    def author(pk):
        return Author.objects.get(pk=pk)

    return HttpResponse(", ".join(author(book.author_id).name for book in Book.objects.all()))


@clean(populate=populate.books)
def steady_process_cache_cold(request):
    titles = cache.get_or_set("titles", lambda: list(Book.objects.values_list("title", flat=True)), 60)
    people = cache.get_or_set("people", lambda: list(Author.objects.values_list("name", flat=True)), 60)
    return JsonResponse([titles, people], safe=False)


@clean(populate=populate.books, warm=True)
def steady_process_cache_warm(request):
    titles = cache.get_or_set("titles", lambda: list(Book.objects.values_list("title", flat=True)), 60)
    return JsonResponse(titles, safe=False)


@clean(populate=populate.book_comments)
def steady_content_types_cold(request):
    comments = Comment.objects.filter(content_type=ContentType.objects.get_for_model(Book))
    kinds = {
        comment.content_type_id: ContentType.objects.get_for_id(comment.content_type_id)
        for comment in comments
    }
    return JsonResponse({key: kind.model for key, kind in kinds.items()})


@clean(populate=populate.users)
def steady_set_up_of_groups(request):
    rights = list(Permission.objects.filter(content_type__app_label="shelf")[:3])
    for name in ("Readers", "Editors", "Owners"):
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(rights)
    return HttpResponse("ok")


@clean(populate=populate.books, duplicate_ok=True)
def steady_poll_until_ready(request):
    deadline = 4
    while deadline:
        if AuditEntry.objects.filter(action="done").exists():
            break
        deadline -= 1
        time.sleep(0)
    return HttpResponse(str(deadline))


def _level(parents, depth):
    if not depth or not parents:
        return []
    children = list(Category.objects.filter(parent__in=parents))
    return [*children, *_level(children, depth - 1)]


@clean(populate=populate.categories)
def steady_recursion_by_levels(request):
    roots = list(Category.objects.filter(parent=None))
    return HttpResponse(str(len(_level(roots, depth=5))))


@clean(populate=populate.books)
def steady_steps_of_a_wizard(request):
    """Each step is a function; each asks one thing."""

    def pick_author(state):
        state["author"] = Author.objects.order_by("pk").first()

    def pick_book(state):
        state["book"] = Book.objects.filter(author=state["author"]).first()

    def pick_publisher(state):
        state["publisher"] = state["book"].publisher

    state = {}
    for step in (pick_author, pick_book, pick_publisher):
        step(state)
    return HttpResponse(state["publisher"].name)


@clean(populate=populate.orders)
def steady_one_customer_to_the_bottom(request):
    order = get_object_or_404(Order, number="N0")
    lines = order.lines.select_related("product__author")
    names = [line.product.author.name for line in lines]
    return JsonResponse({"user": order.customer.user.username, "names": names})


@clean(populate=populate.books)
def steady_compare_two_rows(request):
    first, last = Book.objects.order_by("pk").first(), Book.objects.order_by("pk").last()
    sides = {}
    for side, book in (("left", first), ("right", last)):
        sides[side] = [book.author.name, book.publisher.name]
    return JsonResponse(sides)


@clean(populate=lambda n: populate.books(n + 2))
def steady_previous_current_next(request):
    book = get_object_or_404(Book, isbn="978-1")
    before = Book.objects.filter(pk__lt=book.pk).order_by("-pk").first()
    after = Book.objects.filter(pk__gt=book.pk).order_by("pk").first()
    names = [one.author.name for one in (before, book, after) if one is not None]
    return JsonResponse(names, safe=False)


@clean(populate=populate.books)
def steady_top_three_with_authors(request):
    """Three, on a shelf of any size."""
    top = Book.objects.select_related("author").order_by("-price", "pk")[:3]
    return render(request, "accuracy/loop.html", {"books": top})


@clean(populate=populate.tagged_books)
def steady_search_in_five_places(request):
    word = request.GET.get("q", "1")
    places = [
        Book.objects.filter(title__icontains=word),
        Author.objects.filter(name__icontains=word),
        Tag.objects.filter(name__icontains=word),
        Category.objects.filter(name__icontains=word),
    ]
    return JsonResponse([[str(one.pk) for one in place] for place in places], safe=False)


@clean(populate=populate.users, ask=lambda client, url: client.get(url, {"tab": ["new", "paid", "late"]}))
def steady_tabs_of_the_query_string(request):
    rules = {"new": {"pk__gt": 0}, "paid": {"is_paid": True}, "late": {"number": "late"}}
    tabs = [tab for tab in request.GET.getlist("tab") if tab in rules]
    return JsonResponse({tab: Order.objects.filter(**rules[tab]).count() for tab in tabs})


@clean(populate=populate.users)
def steady_settings_with_defaults(request):
    values = {}
    for key, default in {"theme": "light", "language": "en", "page_size": "20"}.items():
        row = SiteSetting.objects.filter(key=key).first()
        values[key] = row.value if row else default
    return JsonResponse({**values, "users": User.objects.count()})
