"""Many-to-many relations, with and without a through model, both ways."""

from django.db.models import Count, Exists, OuterRef, Prefetch
from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Contribution, Tag

TAGS = {"path": "tags", "populate": populate.tagged_books}


@n_plus_one("shelf.Book.tags", fix='prefetch_related("tags")', **TAGS)
def m2m_all(request):
    rows = []
    for book in Book.objects.select_related("author"):  # queryset
        rows.append(f"{book.author.name}: {', '.join(tag.name for tag in book.tags.all())}")  # culprit
    return HttpResponse("\n".join(rows))


@n_plus_one("shelf.Tag.books", path="books", fix='prefetch_related("books")', populate=populate.tagged_books)
def m2m_reverse(request):
    tags = Tag.objects.order_by("name")  # queryset
    return JsonResponse({tag.name: [book.title for book in tag.books.all()] for tag in tags})  # culprit


@n_plus_one("shelf.Book.tags", fix=mentions("annotate(", "Count("), **TAGS)
def m2m_count(request):
    counts = [(book.title, book.tags.count()) for book in Book.objects.all()]  # queryset # culprit
    return JsonResponse(counts, safe=False)


@fixed("m2m_count")
def m2m_count_fixed(request):
    books = Book.objects.annotate(tag_count=Count("tags"))
    return JsonResponse([(book.title, book.tag_count) for book in books], safe=False)


@n_plus_one("shelf.Book.tags", fix=mentions("Exists("), **TAGS)
def m2m_exists(request):
    bare = []
    for book in Book.objects.filter(price__gt=0):  # queryset
        if not book.tags.exists():  # culprit
            bare.append(book.pk)
    return JsonResponse(bare, safe=False)


@fixed("m2m_exists")
def m2m_exists_fixed(request):
    links = Book.tags.through.objects.filter(book=OuterRef("pk"))
    bare = Book.objects.filter(~Exists(links)).values_list("pk", flat=True)
    return JsonResponse(list(bare), safe=False)


@n_plus_one("shelf.Book.tags", fix=mentions("go over all()"), **TAGS)
def m2m_filter_bypasses_prefetch(request):
    books = Book.objects.prefetch_related("tags")  # queryset
    rows = []
    for book in books:
        rows += [tag.name for tag in book.tags.filter(name__contains="1").order_by("name")]  # culprit
    return JsonResponse(rows, safe=False)


@fixed("m2m_filter_bypasses_prefetch")
def m2m_filter_fixed(request):
    ones = Prefetch("tags", queryset=Tag.objects.filter(name__contains="1"), to_attr="ones")
    return JsonResponse([len(book.ones) for book in Book.objects.prefetch_related(ones)], safe=False)


@n_plus_one(
    "shelf.Book.contributors",
    path="contributors",
    fix='prefetch_related("contributors")',
    populate=populate.contributed_books,
)
def m2m_with_through(request):
    books = Book.objects.all()  # queryset
    return JsonResponse({book.pk: [str(one) for one in book.contributors.all()] for book in books})  # culprit


@n_plus_one(
    "shelf.Book.contributions",
    "shelf.Contribution.person",
    path="contributions__person",
    fix='prefetch_related("contributions__person")',
    populate=populate.contributed_books,
)
def m2m_through_rows(request):
    names = []
    for book in Book.objects.all():  # queryset
        for credit in book.contributions.all():  # culprit
            names.append((credit.role, credit.person.name))  # culprit
    return JsonResponse(names, safe=False)


@n_plus_one(
    "shelf.Book.contributions",
    path="contributions",
    fix=mentions("contributions__person", "Prefetch("),
    mechanical=False,
    populate=populate.contributed_books,
)
def m2m_through_joined_in_loop(request):
    names = []
    for book in Book.objects.all():  # queryset
        for credit in book.contributions.select_related("person"):  # culprit
            names.append((credit.role, credit.person.name))
    return JsonResponse(names, safe=False)


@fixed("m2m_through_joined_in_loop")
def m2m_through_joined_fixed(request):
    people = Prefetch("contributions", queryset=Contribution.objects.select_related("person"))
    books = Book.objects.prefetch_related(people)
    return JsonResponse([one.person.name for book in books for one in book.contributions.all()], safe=False)


@n_plus_one(
    "shelf.Author.friends", path="friends", fix='prefetch_related("friends")', populate=populate.authors
)
def m2m_of_self(request):
    authors = Author.objects.order_by("name")  # queryset
    rows = {one.name: [friend.name for friend in one.friends.all()] for one in authors}  # culprit
    return JsonResponse(rows)


@n_plus_one(
    "shelf.Tag.group",
    path="tags__group",
    fix='prefetch_related("tags__group")',
    populate=populate.tagged_books,
)
def m2m_hop_behind_prefetch(request):
    names = set()
    for book in Book.objects.prefetch_related("tags"):  # queryset
        names.update(tag.group.name for tag in book.tags.all())  # culprit
    return JsonResponse(sorted(names), safe=False)


@clean(populate=populate.tagged_books)
def m2m_prefetched_with_join(request):
    tags = Prefetch("tags", queryset=Tag.objects.select_related("group"))
    books = Book.objects.prefetch_related(tags)
    return JsonResponse([tag.group.name for book in books for tag in book.tags.all()], safe=False)


@clean(populate=populate.tagged_books)
def m2m_counts_of_prefetched(request):
    books = Book.objects.prefetch_related("tags")
    return JsonResponse([(book.tags.count(), book.tags.exists()) for book in books], safe=False)


@clean(populate=populate.tagged_books)
def m2m_of_one_object(request):
    book = Book.objects.order_by("pk").first()
    names = [tag.name for tag in book.tags.all()]
    others = [other.title for other in Book.objects.filter(tags__in=book.tags.all()).distinct()]
    return JsonResponse([names, others, book.tags.filter(name="x").exists()], safe=False)
