"""Writes whose number does not depend on the rows."""

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When
from django.db.models.signals import post_save
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import clean
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import AuditEntry, Author, Book, Film, Line, Order, Review, SiteSetting, Tag


@clean(populate=populate.books)
def update_by_expression(request):
    changed = Book.objects.filter(is_published=True).update(price=F("price") * 2)
    Book.objects.update(summary=Case(When(price__gt=15, then=Value("dear")), default=Value("cheap")))
    return HttpResponse(str(changed))


@clean(populate=populate.books)
def bulk_update_of_all(request):
    books = list(Book.objects.select_related("author"))
    for number, book in enumerate(books):
        book.title = f"{number}. {book.author.name}"
    Book.objects.bulk_update(books, ["title"])
    return HttpResponse("ok")


@clean(populate=populate.books)
def order_with_its_lines(request):
    """One order: its customer, itself, its lines in one call, its audit row."""
    user = populate.User.objects.create(username="buyer")
    customer = populate.Customer.objects.create(user=user)
    order = Order.objects.create(customer=customer, number="N-new")
    Line.objects.bulk_create(Line(order=order, product=book) for book in Book.objects.all())
    AuditEntry.objects.create(action="order", subject=order.number)
    return HttpResponse("ok")


@clean(populate=populate.tagged_books)
def add_all_at_once(request):
    book = Book.objects.order_by("pk").first()
    book.tags.add(*Tag.objects.all())
    book.tags.remove(*Tag.objects.filter(name__endswith="1"))
    return HttpResponse("ok")


STEPS = ("received", "checked", "packed", "sent")


@clean(populate=populate.books)
def four_steps_of_a_workflow(request):
    for step in STEPS:
        AuditEntry.objects.create(action=step, subject="order")
    return HttpResponse("ok")


def _audit(subject, *actions):
    for action in actions:
        AuditEntry.objects.create(action=action, subject=subject)


@clean(populate=populate.books)
def audit_by_starred_arguments(request):
    book = Book.objects.order_by("pk").first()
    _audit(book.title, "opened", "changed", "closed")
    return HttpResponse("ok")


@clean(populate=populate.books)
def savepoint_for_a_conflict(request):
    book = Book.objects.order_by("pk").first()
    for suffix in ("", "-b"):
        try:
            with transaction.atomic():
                SiteSetting.objects.create(key=f"k{suffix}", value=book.title)
        except IntegrityError:
            continue
        else:
            break
    return HttpResponse("ok")


def _notify(order_number):
    AuditEntry.objects.create(action="mail", subject=order_number)


@clean(populate=populate.orders)
def on_commit_after_bulk(request):
    with transaction.atomic():
        Order.objects.update(is_paid=True)
        transaction.on_commit(lambda: _notify("all"))
    return HttpResponse("ok")


@clean(populate=populate.orders, batch=4, per_batch=2)
def deletes_by_pages_of_keys(request):
    deleted = 0
    while keys := list(Line.objects.order_by("pk").values_list("pk", flat=True)[:8]):
        deleted += Line.objects.filter(pk__in=keys).delete()[0]
    return HttpResponse(str(deleted))


def on_setting_saved(sender, instance, **kwargs):
    if instance.key in ("theme", "language"):
        AuditEntry.objects.create(action="setting", subject=instance.key)


post_save.connect(on_setting_saved, sender=SiteSetting, dispatch_uid="accuracy-writes-clean")


@clean(populate=populate.books)
def receiver_on_two_saves(request):
    theme = SiteSetting(key="theme", value="dark")
    theme.save()
    language = SiteSetting(key="language", value="en")
    language.save()
    return HttpResponse("ok")


@clean(populate=populate.books)
def save_twice_on_two_lines(request):
    book = Book.objects.order_by("pk").first()
    book.price = 1
    book.save(update_fields=["price"])
    book.publisher.name = "New name"
    book.publisher.save()
    book.title = "New"
    book.save(update_fields=["title"])
    return HttpResponse("ok")


@clean(populate=populate.films)
def one_child_row_of_two_tables(request):
    owner = Author.objects.order_by("pk").first()
    film = Film.objects.create(title="New", owner=owner, director=owner)
    film.title = "Newer"
    film.save()
    film.delete()
    return HttpResponse("ok")


@clean(populate=populate.reviewed_books)
def upsert_in_one_statement(request):
    rows = [SiteSetting(key=f"b{book.pk}", value=book.title) for book in Book.objects.all()]
    SiteSetting.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["value"], unique_fields=["key"]
    )
    Review.objects.filter(book__in=Book.objects.filter(price__gt=1)).update(text="read")
    return JsonResponse({"rows": len(rows)})


@clean(populate=populate.books)
async def async_bulk_create(request):
    entries = [AuditEntry(action="seen", subject=book.title) async for book in Book.objects.all()]
    await AuditEntry.objects.abulk_create(entries)
    await Book.objects.aupdate(price=3)
    return HttpResponse("ok")


class Cart:
    """A domain object that gathers rows and writes them when it is told to."""

    def __init__(self, order):
        self.order = order
        self._lines = []

    def put(self, book, quantity=1):
        self._lines.append(Line(order=self.order, product=book, quantity=quantity))

    def checkout(self):
        Line.objects.bulk_create(self._lines)
        self.order.is_paid = True
        self.order.save(update_fields=["is_paid"])


@clean(populate=populate.orders)
def unit_of_work(request):
    cart = Cart(Order.objects.order_by("pk").first())
    for book in Book.objects.all():
        cart.put(book)
    cart.checkout()
    return HttpResponse("ok")
