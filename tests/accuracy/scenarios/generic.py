"""Generic keys over mixed types, and generic relations."""

import pickle

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from tests.accuracy.declare import clean, fixed, mentions, n_plus_one
from tests.accuracy.shelf import populate
from tests.accuracy.shelf.models import Author, Book, Comment, Favourite

TARGET = {
    "path": "target",
    "fix": mentions('prefetch_related("target")', "GenericPrefetch("),
    "populate": populate.comments,
}


@n_plus_one("shelf.Comment.target", **TARGET)
def generic_mixed(request):
    lines = []
    for comment in Comment.objects.all():  # queryset
        lines.append(f"{comment.text} on {comment.target.pk}")  # culprit
    return HttpResponse("\n".join(lines))


@n_plus_one(
    "shelf.Favourite.thing",
    path="thing",
    fix=mentions('prefetch_related("thing")', "GenericPrefetch("),
    populate=populate.favourites,
)
def generic_one_type(request):
    favourites = Favourite.objects.order_by("position")  # queryset
    return JsonResponse([one.thing.title for one in favourites], safe=False)  # culprit


@fixed("generic_one_type")
def generic_one_type_fixed(request):
    favourites = Favourite.objects.order_by("position").prefetch_related("thing")
    return JsonResponse([one.thing.title for one in favourites], safe=False)


@n_plus_one("shelf.Comment.target", **TARGET)
def generic_in_template(request):
    comments = Comment.objects.order_by("-pk")  # queryset
    return render(request, "accuracy/comments.html", {"comments": comments})


@fixed("generic_mixed")
@fixed("generic_in_template")
def generic_fixed(request):
    comments = Comment.objects.prefetch_related(
        GenericPrefetch("target", [Book.objects.all(), Author.objects.all()])
    )
    return render(request, "accuracy/comments.html", {"comments": comments})


@n_plus_one(
    "shelf.Book.author",
    path="thing__author",
    fix=mentions("GenericPrefetch(", 'prefetch_related("thing__author")'),
    populate=populate.favourites,
    two_rows=False,
)
def generic_second_hop(request):
    names = []
    for one in Favourite.objects.prefetch_related("thing"):  # queryset
        names.append(one.thing.author.name)  # culprit
    return JsonResponse(names, safe=False)


@fixed("generic_second_hop")
def generic_second_hop_fixed(request):
    things = GenericPrefetch("thing", [Book.objects.select_related("author")])
    return JsonResponse(
        [one.thing.author.name for one in Favourite.objects.prefetch_related(things)], safe=False
    )


def generic_of_each_type(text):
    """No path: Django looks for it on the first object, and raises for the other type."""
    return "target__" not in text and 'GenericPrefetch("target", [' in text


@n_plus_one(
    "shelf.Author.country",
    path="target__country",
    fix=generic_of_each_type,
    populate=populate.comments_on_authors,
    mechanical=False,
    one_row=False,
)
def generic_mixed_second_hop(request):
    places = []
    for comment in Comment.objects.prefetch_related("target"):  # queryset
        if isinstance(comment.target, Author):
            places.append(comment.target.country.name)  # culprit
    return JsonResponse(places, safe=False)


@fixed("generic_mixed_second_hop")
def generic_mixed_second_hop_fixed(request):
    targets = GenericPrefetch("target", [Author.objects.select_related("country")])
    comments = Comment.objects.prefetch_related(targets)
    places = [comment.target.country.name for comment in comments if isinstance(comment.target, Author)]
    return JsonResponse(places, safe=False)


@n_plus_one(
    "shelf.Book.publisher",
    path="publisher",
    fix='select_related("publisher")',
    populate=populate.comments_of_one_author,
)
def generic_from_a_cache(request):
    # As from a cache: nobody saw where the comment was loaded.
    comment = pickle.loads(pickle.dumps(Comment.objects.earliest("pk")))
    books = comment.target.books.all()  # queryset
    return JsonResponse([book.publisher.name for book in books], safe=False)  # culprit


@n_plus_one(
    "shelf.Book.comments",
    path="comments",
    fix='prefetch_related("comments")',
    populate=populate.book_comments,
)
def generic_relation(request):
    books = Book.objects.all()  # queryset
    return JsonResponse({book.pk: [one.text for one in book.comments.all()] for book in books})  # culprit


@n_plus_one(
    "shelf.Book.comments",
    path="comments",
    fix=mentions("annotate(", "Count("),
    populate=populate.book_comments,
)
def generic_relation_count(request):
    counts = []
    for book in Book.objects.order_by("title"):  # queryset
        counts.append(book.comments.count())  # culprit
    return JsonResponse(counts, safe=False)


@fixed("generic_relation_count")
def generic_relation_count_fixed(request):
    from django.db.models import Count

    books = Book.objects.annotate(comment_count=Count("comments"))
    return JsonResponse([book.comment_count for book in books], safe=False)


@clean(populate=populate.comments)
def generic_prefetched(request):
    comments = Comment.objects.prefetch_related("target")
    return render(request, "accuracy/comments.html", {"comments": comments})


@clean(populate=populate.comments)
def generic_content_types_cold(request):
    kinds = [comment.content_type.model for comment in Comment.objects.select_related("content_type")]
    cold = ContentType.objects.get_for_model(Book), ContentType.objects.get_for_model(Author)
    ContentType.objects.clear_cache()
    return HttpResponse(f"{kinds} {cold}")


@clean(populate=populate.comments)
def generic_content_types_filled_in_a_loop(request):
    names = []
    for model in (Book, Author, Comment, Favourite):
        names.append(ContentType.objects.get_for_model(model).name)
    return HttpResponse(str(names))


@clean(populate=populate.comments, warm=True)
def generic_content_types_by_row(request):
    names = []
    for comment in Comment.objects.all():
        names.append(ContentType.objects.get_for_id(comment.content_type_id).model)
    return HttpResponse(str(names))


@clean(populate=populate.comments)
def generic_content_types_by_row_cold(request):
    """The process-wide cache is filled once per type, not once per row."""
    names = [ContentType.objects.get_for_id(one.content_type_id).model for one in Comment.objects.all()]
    return HttpResponse(str(names))


@clean(populate=populate.favourites)
def generic_single_object(request):
    favourite = Favourite.objects.order_by("position").first()
    return HttpResponse(f"{favourite.thing.title} {favourite.thing.author.name}")
