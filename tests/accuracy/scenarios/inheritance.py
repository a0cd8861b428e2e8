"""Multi-table inheritance up and down, proxies, custom managers, composite and custom keys, odd columns."""

from django.http import HttpResponse, JsonResponse

from tests.accuracy.declare import clean, fixed, n_plus_one, no_call
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import (
    Book,
    Edition,
    FeaturedBook,
    Film,
    Media,
    Shipment,
    Stock,
    StockCount,
    Warehouse,
)


@n_plus_one("shelf.Media.film", path="film", fix='select_related("film")', populate=populate.films)
def child_row_of_every_parent(request):
    rows = []
    for medium in Media.objects.all():  # queryset
        rows.append(medium.film.director_id)  # culprit
    return JsonResponse(rows, safe=False)


@n_plus_one(
    "shelf.Media.film",
    "shelf.Media.song",
    path=("film", "song"),
    fix=('select_related("film", "song")', 'select_related("film")', 'select_related("song")'),
    marks=("media_specific",),
    populate=populate.media,
)
def specific_of_every_parent(request):
    kinds = [type(medium.specific).__name__ for medium in Media.objects.order_by("title")]  # queryset
    return HttpResponse(" ".join(kinds))


@fixed("specific_of_every_parent")
def specific_of_every_parent_fixed(request):
    media = Media.objects.select_related("film", "song")
    return HttpResponse(" ".join(type(medium.specific).__name__ for medium in media))


@n_plus_one("shelf.Film.media_ptr", path="media_ptr", fix=no_call, populate=populate.films, one_row=False)
def parent_row_of_every_child(request):
    """The parent's fields are deferred, so the pointer cannot be filled from the child."""
    titles = []
    for film in Film.objects.only("director"):  # queryset
        titles.append(film.media_ptr.title)  # culprit
    return JsonResponse(titles, safe=False)


@fixed("parent_row_of_every_child")
def parent_row_of_every_child_fixed(request):
    return JsonResponse([film.title for film in Film.objects.all()], safe=False)


@n_plus_one(
    "shelf.Film.owner",
    "shelf.Media.owner",
    path="owner",
    fix='select_related("owner")',
    populate=populate.films,
)
def inherited_key(request):
    films = Film.objects.order_by("title")  # queryset
    return HttpResponse(", ".join(film.owner.name for film in films))  # culprit


@n_plus_one("shelf.Film.director", path="director", fix='select_related("director")', populate=populate.films)
def key_of_the_child_table(request):
    films = Film.objects.filter(title__startswith="Film")  # queryset
    return HttpResponse(", ".join(film.director.name for film in films))  # culprit


@n_plus_one(
    "shelf.Film.director",
    path="film__director",
    fix='select_related("film__director")',
    populate=populate.films,
)
def key_behind_selected_child(request):
    media = Media.objects.select_related("film")  # queryset
    return HttpResponse(", ".join(medium.film.director.name for medium in media))  # culprit


@n_plus_one(
    "shelf.FeaturedBook.author",
    "shelf.Book.author",
    path="author",
    fix='select_related("author")',
    populate=populate.books,
)
def proxy_rows(request):
    featured = FeaturedBook.objects.all()  # queryset
    return HttpResponse(", ".join(book.author.name for book in featured))  # culprit


@n_plus_one(
    "shelf.FeaturedBook.publisher",
    "shelf.Book.publisher",
    path="publisher",
    fix='select_related("publisher")',
    marks=("featured_shelf_mark",),
    populate=populate.books,
)
def proxy_method_behind_manager(request):
    marks = [book.shelf_mark() for book in FeaturedBook.objects.cheap()]  # queryset
    return HttpResponse(", ".join(marks))


@fixed("proxy_method_behind_manager")
def proxy_method_behind_manager_fixed(request):
    marks = [book.shelf_mark() for book in FeaturedBook.objects.cheap().select_related("publisher")]
    return HttpResponse(", ".join(marks))


@n_plus_one("shelf.Book.category", path="category", fix='select_related("category")', populate=populate.books)
def rows_of_a_queryset_method(request):
    books = Book.objects.published().with_people()  # queryset
    return HttpResponse(", ".join(f"{book.author.name} {book.category.name}" for book in books))  # culprit


@n_plus_one("shelf.Stock.book", path="book", fix='select_related("book")', populate=populate.stock)
def key_of_composite_rows(request):
    rows = Stock.objects.filter(quantity__gt=0)  # queryset
    lines = [f"{row.quantity} {row.book.title}" for row in rows]  # culprit
    return HttpResponse("\n".join(lines))


@n_plus_one("shelf.StockCount.stock", path="stock", fix='select_related("stock")', populate=populate.stock)
def key_over_two_columns(request):
    wrong = []
    for count in StockCount.objects.all():  # queryset
        if count.counted != count.stock.quantity:  # culprit
            wrong.append(count.pk)
    return JsonResponse(wrong, safe=False)


@n_plus_one("shelf.Stock.counts", path="counts", fix='prefetch_related("counts")', populate=populate.stock)
def reverse_over_two_columns(request):
    rows = Stock.objects.all()  # queryset
    return JsonResponse([[one.counted for one in row.counts.all()] for row in rows], safe=False)  # culprit


@n_plus_one(
    "shelf.Shipment.source", path="source", fix='select_related("source")', populate=populate.shipments
)
def key_with_own_column_and_text_pk(request):
    cities = {one.number: one.source.city for one in Shipment.objects.all()}  # queryset # culprit
    return JsonResponse(cities)


@n_plus_one(
    "shelf.Shipment.source",
    "shelf.Shipment.target",
    path=("source", "target"),
    fix=('select_related("source", "target")', 'select_related("source")', 'select_related("target")'),
    populate=populate.shipments,
)
def two_keys_to_one_model(request):
    routes = []
    for shipment in Shipment.objects.order_by("number"):  # queryset
        routes.append(f"{shipment.source.city}-{shipment.target.city}")  # culprit
    return JsonResponse(routes, safe=False)


@fixed("two_keys_to_one_model")
def two_keys_to_one_model_fixed(request):
    shipments = Shipment.objects.select_related("source", "target")
    return JsonResponse([f"{one.source.city}-{one.target.city}" for one in shipments], safe=False)


@n_plus_one(
    "shelf.Warehouse.outgoing",
    path="outgoing",
    fix='prefetch_related("outgoing")',
    populate=populate.shipments,
)
def reverse_with_text_pk(request):
    depots = Warehouse.objects.all()  # queryset
    return JsonResponse({depot.code: len(depot.outgoing.all()) for depot in depots})  # culprit


@n_plus_one("shelf.Edition.book", path="book", fix='select_related("book")', populate=populate.editions)
def key_to_a_unique_field(request):
    editions = Edition.objects.order_by("year")  # queryset
    return HttpResponse(", ".join(f"{edition.book.title} {edition.year}" for edition in editions))  # culprit


@n_plus_one(
    "shelf.Book.editions", path="editions", fix='prefetch_related("editions")', populate=populate.editions
)
def reverse_of_a_unique_field(request):
    books = Book.objects.filter(is_published=True)  # queryset
    return JsonResponse({book.isbn: [one.year for one in book.editions.all()] for book in books})  # culprit


@clean(populate=populate.films)
def inherited_and_own_keys_joined(request):
    films = Film.objects.select_related("owner__country", "director")
    rows = [(film.media_ptr.title, film.owner.country.name, film.director.name) for film in films]
    return JsonResponse(rows, safe=False)


@clean(populate=populate.media)
def children_joined_to_parents(request):
    media = Media.objects.select_related("film__director", "song")
    return HttpResponse(" ".join(type(medium.specific).__name__ for medium in media))


@clean(populate=populate.stock)
def composite_rows_joined(request):
    counts = StockCount.objects.select_related("stock__book", "branch")
    return JsonResponse([(one.stock.book.title, one.branch.name) for one in counts], safe=False)


@clean(populate=populate.books)
def proxy_and_concrete_row_of_one_pk(request):
    book = Book.objects.order_by("pk").first()
    featured = FeaturedBook.objects.get(pk=book.pk)
    return HttpResponse(f"{book.author.name} {featured.editor.name}")


@clean(populate=populate.shipments)
def custom_columns_joined(request):
    shipments = Shipment.objects.select_related("source", "target")
    return JsonResponse([(one.source.city, one.target.city) for one in shipments], safe=False)
