"""Writes to related rows one at a time: keys, many-to-many, two tables, receivers."""

from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_save
from django.http import HttpResponse

from tests.accuracy.declare import fixed, mentions, n_plus_one_write
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import (
    AuditEntry,
    Author,
    Book,
    Comment,
    Film,
    Review,
    Series,
    SiteSetting,
    Tag,
)

CREATE = {"fix": mentions("bulk_create"), "populate": populate.books}


@n_plus_one_write(
    fix=mentions("bulk_create"),
    kinds=("n_plus_one_write", "n_plus_one"),
    populate=populate.books,
    duplicate_ok=True,
    more_findings=2,
)
def get_or_create_in_loop(request):
    for book in Book.objects.all():
        Tag.objects.get_or_create(name=f"by {book.isbn}")  # culprit
    return HttpResponse("ok")


@n_plus_one_write(
    fix=mentions("bulk_create"),
    kinds=("n_plus_one_write", "n_plus_one"),
    populate=populate.books,
    more_findings=2,
)
def update_or_create_in_loop(request):
    rows = [(f"price-{book.pk}", str(book.price)) for book in Book.objects.all()]
    for key, value in rows:
        SiteSetting.objects.update_or_create(key=key, defaults={"value": value})  # culprit
    return HttpResponse("ok")


@n_plus_one_write(
    fix=mentions("bulk_create", "through"),
    kinds=("n_plus_one_write", "n_plus_one"),
    populate=populate.books,
    more_findings=2,
)
def many_to_many_add_per_row(request):
    tag = Tag.objects.create(name="sale")
    for book in Book.objects.all():
        book.tags.add(tag)  # culprit
    return HttpResponse("ok")


@n_plus_one_write(
    fix=mentions("add(*", "bulk_create"),
    kinds=("n_plus_one_write", "n_plus_one"),
    populate=populate.books,
    more_findings=2,
)
def many_to_many_add_one_by_one(request):
    book = Book.objects.order_by("pk").first()
    for series in Series.objects.all():
        book.tags.add(Tag.objects.get_or_create(name=series.title)[0])  # culprit
    return HttpResponse("ok")


@n_plus_one_write(kinds=("n_plus_one_write", "n_plus_one"), populate=populate.tagged_books, more_findings=3)
def many_to_many_set_per_row(request):
    keep = list(Tag.objects.order_by("pk")[:1])
    for book in Book.objects.all():
        book.tags.set(keep)  # culprit
    return HttpResponse("ok")


@n_plus_one_write(**CREATE)
def related_create(request):
    users = list(populate.User.objects.all()) or [populate.User.objects.create(username="critic")]
    for book in Book.objects.all():
        book.review_set.create(user=users[0], stars=5)  # culprit
    return HttpResponse("ok")


@n_plus_one_write(
    fix=lambda text: "bulk_create(objects" not in text, populate=populate.authors, more_findings=1
)
def save_over_two_tables(request):
    """Each row of a child table brings one of its parent's; no bulk call makes both."""
    for author in Author.objects.all():
        film = Film(title=author.name, owner=author, director=author)
        film.save()  # culprit
    return HttpResponse("ok")


def on_series_saved(sender, instance, created, **kwargs):
    if created:
        AuditEntry.objects.create(action="series", subject=instance.title)  # culprit: receiver_writes_per_row


post_save.connect(on_series_saved, sender=Series, dispatch_uid="accuracy-writes")


@n_plus_one_write(populate=populate.books, more_findings=1)
def receiver_writes_per_row(request):
    for title in Book.objects.values_list("title", flat=True):
        Series(title=title).save()  # culprit
    return HttpResponse("ok")


@n_plus_one_write(fix=mentions("bulk_create"), populate=populate.books)
def generic_create_per_row(request):
    kind = ContentType.objects.get_for_model(Book)
    for pk in Book.objects.values_list("pk", flat=True):
        Comment.objects.create(content_type=kind, object_id=pk, text="welcome")  # culprit
    return HttpResponse("ok")


@fixed("get_or_create_in_loop")
def tags_in_bulk(request):
    Tag.objects.bulk_create(
        [Tag(name=f"by {book.isbn}") for book in Book.objects.all()], ignore_conflicts=True
    )
    return HttpResponse("ok")


@fixed("update_or_create_in_loop")
def upsert(request):
    rows = [SiteSetting(key=f"price-{book.pk}", value=str(book.price)) for book in Book.objects.all()]
    SiteSetting.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["value"], unique_fields=["key"]
    )
    return HttpResponse("ok")


@fixed("many_to_many_add_per_row")
@fixed("many_to_many_add_one_by_one")
@fixed("many_to_many_set_per_row")
def through_in_bulk(request):
    tag = Tag.objects.create(name="sale")
    through = Book.tags.through
    through.objects.bulk_create(through(book=book, tag=tag) for book in Book.objects.all())
    return HttpResponse("ok")


@fixed("related_create")
def reviews_in_bulk(request):
    user = populate.User.objects.create(username="critic")
    Review.objects.bulk_create(Review(book=book, user=user, stars=5) for book in Book.objects.all())
    return HttpResponse("ok")
