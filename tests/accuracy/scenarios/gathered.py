"""Lists of keys: of a tree's levels and of rows that a loop gathers, which are batches; of each row, which are not."""

from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import clean, fixed, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Category, Review, Tag

WIDENING = {"populate": populate.widening_categories}
CHUNKS = {"populate": populate.reviewed_books, "batch": 2}


@clean(**WIDENING)
def levels_that_widen(request):
    level, names = list(Category.objects.filter(parent=None)), []
    while level:
        names += [category.name for category in level]
        level = list(Category.objects.filter(parent__in=level))
    return JsonResponse(names, safe=False)


@clean(**WIDENING)
def levels_by_keys_that_widen(request):
    keys, seen = set(Category.objects.filter(parent=None).values_list("pk", flat=True)), set()
    while keys:
        seen |= keys
        keys = set(Category.objects.filter(parent__in=keys).values_list("pk", flat=True)) - seen
    return HttpResponse(str(len(seen)))


@clean(**WIDENING)
def levels_from_one_root(request):
    frontier, below = [Category.objects.filter(parent=None).first()], {}
    while frontier:
        children = list(Category.objects.filter(parent__in=frontier))
        for child in children:
            below.setdefault(child.parent_id, []).append(child.name)
        frontier = children
    return HttpResponse(str(len(below)))


@clean(**WIDENING)
def levels_to_a_given_depth(request):
    keys, seen = list(Category.objects.filter(parent=None).values_list("pk", flat=True)), []
    for _ in range(int(request.GET.get("depth", 3))):
        keys = list(Category.objects.filter(parent__in=keys).values_list("pk", flat=True))
        seen += keys
    return JsonResponse(seen, safe=False)


@clean(**CHUNKS)
def reviews_of_gathered_books(request):
    gathered, stars = [], []
    for book in Book.objects.iterator():
        gathered.append(book)
        if len(gathered) == 2:
            stars += Review.objects.filter(book__in=gathered).values_list("stars", flat=True)
            gathered.clear()
    stars += Review.objects.filter(book_id__in=[book.pk for book in gathered]).values_list("stars", flat=True)
    return JsonResponse(stars, safe=False)


@clean(**CHUNKS)
def counts_of_gathered_books(request):
    gathered, count = [], 0
    for book in Book.objects.all():
        gathered.append(book)
        if len(gathered) == 2:
            count += Review.objects.filter(book__in=gathered).count()
            gathered = []
    return HttpResponse(str(count))


@clean(**CHUNKS)
def titles_of_what_is_left(request):
    """Behind the inner loop, `book` is still the last one of the chunk before."""
    left, titles = list(Book.objects.values_list("pk", flat=True)), []
    while left:
        chunk, left = left[:2], left[2:]
        for book in Book.objects.filter(pk__in=chunk):
            titles.append(book.title)
    return JsonResponse(titles, safe=False)


@clean(**CHUNKS)
def pages_behind_the_last_book(request):
    last, titles = None, []
    while page := list(Book.objects.filter(pk__gt=last.pk if last else 0).order_by("pk")[:2]):
        titles += [book.title for book in page]
        last = page[-1]
    return JsonResponse(titles, safe=False)


@clean(populate=populate.books, batch=3)
def authors_of_chunks_of_any_length(request):
    """Two books of one author make a shorter list, and the next may be longer again."""
    books, names = list(Book.objects.order_by("pk")), []
    for start in range(0, len(books), 3):
        keys = {book.author_id for book in books[start : start + 3 - (start == 3)]}
        names += Author.objects.filter(pk__in=keys).values_list("name", flat=True)
    return JsonResponse(names, safe=False)


@n_plus_one(populate=populate.books, one_row=False)
def tags_by_a_list_for_each(request):
    """Lists from elsewhere, of one key and more."""
    wanted = [list(range(1, 2 + number % 3)) for number in range(Book.objects.count())]
    found = []
    for keys in wanted:
        found += Tag.objects.filter(pk__in=keys)  # culprit
    return JsonResponse(len(found), safe=False)


@n_plus_one(populate=populate.reviewed_books, one_row=False)
def reviews_of_each_from_a_heap(request):
    heap, found = list(Book.objects.all()), []
    while heap:
        book = heap.pop()
        found += Review.objects.filter(book__in=[book.pk, -1])  # culprit
    return JsonResponse(len(found), safe=False)


@n_plus_one(populate=populate.reviewed_books, one_row=False)
def reviews_of_each_beside_a_neighbour(request):
    """Two rows a list, and yet as many lists as rows."""
    before, found = None, []
    for book in Book.objects.all():
        found += Review.objects.filter(book__in=[book, before or book])  # culprit
        before = book
    return JsonResponse(len(found), safe=False)


@fixed("reviews_of_each_from_a_heap")
@fixed("reviews_of_each_beside_a_neighbour")
def reviews_of_all_at_once(request):
    found = list(Review.objects.filter(book__in=Book.objects.all()))
    return JsonResponse(len(found), safe=False)


@fixed("tags_by_a_list_for_each")
def tags_of_all_lists_at_once(request):
    found = list(Tag.objects.filter(pk__in=range(Book.objects.count())))
    return JsonResponse(len(found), safe=False)
