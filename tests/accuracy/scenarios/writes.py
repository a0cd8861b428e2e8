"""Writes that are made one row at a time."""

import asyncio

from django.db import connection, transaction
from django.db.models import F
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import fixed, mentions, n_plus_one, n_plus_one_write
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import (
    AuditEntry,
    Book,
    Line,
    Order,
    Profile,
    Tag,
)

UPDATE = {"fix": mentions("bulk_update", "update("), "populate": populate.books}
CREATE = {"fix": mentions("bulk_create"), "populate": populate.books}


@n_plus_one_write(**UPDATE)
def save_in_loop(request):
    for book in Book.objects.all():
        book.price = book.price + 1
        book.save()  # culprit
    return HttpResponse("ok")


@n_plus_one_write(**UPDATE)
def save_of_one_field_in_transaction(request):
    with transaction.atomic():
        for book in Book.objects.select_for_update().order_by("pk"):
            if not book.is_published:
                continue
            book.title = book.title.title()
            book.save(update_fields=["title"])  # culprit
    return HttpResponse("ok")


@n_plus_one_write(**UPDATE)
def update_by_pk_in_loop(request):
    prices = {pk: pk * 3 for pk in Book.objects.values_list("pk", flat=True)}
    changed = 0
    for pk, price in prices.items():
        changed += Book.objects.filter(pk=pk).update(price=price)  # culprit
    return HttpResponse(str(changed))


@n_plus_one_write(**CREATE)
def create_in_loop(request):
    for book in Book.objects.all():
        AuditEntry.objects.create(action="seen", subject=book.title)  # culprit
    return HttpResponse("ok")


@n_plus_one_write(**CREATE)
def create_in_comprehension(request):
    made = [Tag.objects.create(name=f"Best of {book.pk}").pk for book in Book.objects.all()]  # culprit
    return JsonResponse(made, safe=False)


@n_plus_one_write(**CREATE)
def save_of_new_objects(request):
    def record(book):
        entry = AuditEntry(action="export", subject=book.title)
        entry.full_clean()
        entry.save()  # culprit
        return entry

    return HttpResponse(str(len([record(book) for book in Book.objects.all()])))


@n_plus_one_write(fix=mentions("delete()"), populate=populate.orders)
def delete_in_loop(request):
    for line in Line.objects.filter(quantity__lt=5):
        line.delete()  # culprit
    return HttpResponse("ok")


@n_plus_one_write(
    fix=mentions("filter(order__in=[...], quantity__gt=...).delete()"), populate=populate.orders
)
def delete_by_filter_in_loop(request):
    for order in Order.objects.all():
        Line.objects.filter(order=order, quantity__gt=0).delete()  # culprit
    return HttpResponse("ok")


@n_plus_one_write(fix=mentions("filter(order__in=[...]).update(...)"), populate=populate.orders)
def update_by_filter_in_loop(request):
    for order in Order.objects.all():
        Line.objects.filter(order=order).update(quantity=2)  # culprit
    return HttpResponse("ok")


@n_plus_one_write(fix=mentions("filter(order__in=[...]).update(...)"), populate=populate.orders)
def update_of_a_relation_in_loop(request):
    for order in Order.objects.all():
        order.lines.update(quantity=2)  # culprit
    return HttpResponse("ok")


@n_plus_one_write(fix=mentions("update() once"), populate=populate.orders)
def update_by_two_values_in_loop(request):
    for order in Order.objects.all():
        Line.objects.filter(order=order, quantity=order.pk).update(quantity=2)  # culprit
    return HttpResponse("ok")


@n_plus_one_write(fix=mentions("update() once"), populate=populate.orders)
def update_by_key_with_a_guard_in_loop(request):
    """The list chooses among the values of one row; nothing is done in batches."""
    for key in [line.pk for line in Line.objects.all()]:
        Line.objects.filter(pk=key, quantity__in=[1, 2]).update(quantity=2)  # culprit
    return HttpResponse("ok")


@n_plus_one_write(fix=mentions("delete() once"), populate=populate.orders)
def delete_by_what_differs_in_loop(request):
    """The condition on a single value is the same in each round."""
    for order in Order.objects.all():
        Line.objects.filter(quantity=0, pk__lt=order.pk).delete()  # culprit
    return HttpResponse("ok")


@fixed("update_by_key_with_a_guard_in_loop")
def one_update_with_a_guard(request):
    Line.objects.filter(quantity__in=[1, 2]).update(quantity=2)
    return HttpResponse("ok")


@fixed("delete_by_what_differs_in_loop")
def one_delete_of_what_differs(request):
    Line.objects.filter(
        quantity=0, pk__lt=max(Order.objects.values_list("pk", flat=True), default=0)
    ).delete()
    return HttpResponse("ok")


@n_plus_one_write(populate=populate.books)
def cursor_writes_in_loop(request):
    with connection.cursor() as cursor:
        for book in Book.objects.all():
            sql = "UPDATE shelf_book SET price = %s WHERE id = %s"
            cursor.execute(sql, [book.price * 2, book.pk])  # culprit
    return HttpResponse("ok")


@n_plus_one_write(**UPDATE)
async def asave_in_loop(request):
    async for book in Book.objects.all():
        book.price += 1
        await book.asave(update_fields=["price"])  # culprit
    return HttpResponse("ok")


@n_plus_one_write(**CREATE)
async def acreate_in_gather(request):
    titles = [title async for title in Book.objects.values_list("title", flat=True)]
    entries = AuditEntry.objects
    await asyncio.gather(*(entries.acreate(action="seen", subject=title) for title in titles))  # culprit
    return HttpResponse("ok")


@n_plus_one("shelf.Profile.author", path="author", fix='select_related("author")', populate=populate.profiles)
def reads_while_it_collects_writes(request):
    """The write is one; what is read for it is not."""
    changed = []
    for profile in Profile.objects.all():  # queryset
        profile.bio = f"{profile.author.name} writes"  # culprit
        changed.append(profile)
    Profile.objects.bulk_update(changed, ["bio"])
    return HttpResponse("ok")


@fixed("save_in_loop")
@fixed("save_of_one_field_in_transaction")
@fixed("update_by_pk_in_loop")
@fixed("cursor_writes_in_loop")
def one_update(request):
    Book.objects.update(price=F("price") + 1)
    return HttpResponse("ok")


@fixed("asave_in_loop")
async def one_async_update(request):
    await Book.objects.aupdate(price=F("price") + 1)
    return HttpResponse("ok")


@fixed("create_in_loop")
@fixed("create_in_comprehension")
@fixed("save_of_new_objects")
@fixed("save_over_two_tables")
@fixed("receiver_writes_per_row")
@fixed("generic_create_per_row")
def one_bulk_create(request):
    AuditEntry.objects.bulk_create(
        AuditEntry(action="seen", subject=book.title) for book in Book.objects.all()
    )
    return HttpResponse("ok")


@fixed("acreate_in_gather")
async def one_async_bulk_create(request):
    books = [book async for book in Book.objects.all()]
    await AuditEntry.objects.abulk_create(AuditEntry(action="seen", subject=book.title) for book in books)
    return HttpResponse("ok")


@fixed("delete_in_loop")
@fixed("delete_by_filter_in_loop")
def one_delete(request):
    Line.objects.filter(order__in=Order.objects.all()).delete()
    return HttpResponse("ok")


@fixed("update_by_filter_in_loop")
@fixed("update_of_a_relation_in_loop")
@fixed("update_by_two_values_in_loop")
def one_update_of_all_lines(request):
    Line.objects.filter(order__in=Order.objects.all()).update(quantity=2)
    return HttpResponse("ok")
