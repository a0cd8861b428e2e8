"""Clean views with a loop over rows in which something is read that is at hand, or once for all."""

from functools import cache

from django.db.models import Q
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import AuditEntry, Author, Book, Order, SiteSetting, Tag


class People:
    """All authors, read once for the class."""

    _by_pk = None

    @classmethod
    def of(cls, pk):
        if cls._by_pk is None:
            cls._by_pk = Author.objects.in_bulk()
        return cls._by_pk[pk]


@clean(populate=populate.books)
def class_level_cache(request):
    People._by_pk = None
    return JsonResponse([People.of(book.author_id).name for book in Book.objects.all()], safe=False)


def with_a_setting(n):
    SiteSetting.objects.create(key="currency", value="EUR")
    return populate.books(n)


@clean(populate=with_a_setting)
def setting_read_once_in_a_loop(request):
    @cache
    def setting(key):
        return SiteSetting.objects.get(key=key).value

    return HttpResponse(" ".join(f"{book.price} {setting('currency')}" for book in Book.objects.all()))


@clean(populate=populate.lines_of_one_order)
def grandparents_of_one_parent(request):
    """The shared order's keys are read once, though in a loop."""
    order = Order.objects.order_by("pk").first()
    rows = []
    for line in order.lines.select_related("product"):
        rows.append(f"{line.product.title} {line.order.customer.user.username}")
    return JsonResponse(rows, safe=False)


@clean(populate=populate.books)
def conditions_gathered_in_a_loop(request):
    wanted = Q()
    for book in Book.objects.only("title"):
        wanted |= Q(title=book.title)
    return JsonResponse(
        [book.author.name for book in Book.objects.filter(wanted).select_related("author")], safe=False
    )


@clean(populate=populate.books)
def rows_made_in_a_loop_and_stored_at_once(request):
    entries = []
    for book in Book.objects.select_related("author"):
        entries.append(AuditEntry(action="seen", subject=book.author.name))
    AuditEntry.objects.bulk_create(entries)
    return HttpResponse(str(len(entries)))


@clean(populate=populate.tagged_books)
def children_grouped_by_hand(request):
    links = {}
    for link in Book.tags.through.objects.select_related("tag"):
        links.setdefault(link.book_id, []).append(link.tag.name)
    return JsonResponse({book.title: links.get(book.pk, []) for book in Book.objects.all()})


@clean(populate=populate.books)
def querysets_built_but_not_run(request):
    lazy = {book.pk: Book.objects.filter(author_id=book.author_id) for book in Book.objects.all()}
    return HttpResponse(str(len(lazy)))


@clean(populate=populate.books)
def rows_made_by_bulk_create(request):
    author = Author.objects.order_by("pk").first()
    tags = Tag.objects.bulk_create(Tag(name=f"{author.name} {book.pk}") for book in Book.objects.all())
    return JsonResponse([f"{tag.name} {tag.group}" for tag in tags], safe=False)


@clean(populate=populate.books)
def filters_from_the_request(request):
    books = Book.objects.select_related("author")
    for name, value in {"price": 10, "is_published": True, **request.GET.dict()}.items():
        books = books.filter(**{name: value})
    return JsonResponse([book.author.name for book in books], safe=False)


@clean(populate=populate.books, duplicate_ok=True)
def wait_until_it_is_there(request):
    """Polls for one row; it is there at the second look."""
    for look in range(5):
        if AuditEntry.objects.filter(action="ready").exists():
            break
        if look == 0:
            AuditEntry.objects.create(action="ready")
    return HttpResponse(str(look))


@clean(populate=populate.books)
def rows_and_their_total(request):
    books = Book.objects.select_related("author").order_by("pk")
    total = books.count()
    rows = [f"{number} of {total}: {book.author.name}" for number, book in enumerate(books, 1)]
    return JsonResponse([rows, books.filter(price__gt=5).count()], safe=False)
