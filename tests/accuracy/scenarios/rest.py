"""Django REST framework: what serializers read for each row of a list."""

from django.db.models import Count
from rest_framework import generics, permissions, viewsets
from rest_framework.decorators import api_view
from rest_framework.pagination import LimitOffsetPagination, PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.accuracy.declare import fixed, mentions, n_plus_one
from tests.accuracy.routes import router_of
from tests.accuracy.shelf import populate, serializers
from tests.accuracy.shelf.models import Book, Order, Profile

AUTHOR = {"path": "author", "fix": 'select_related("author")', "populate": populate.books}
TAGS = {"path": "tags", "fix": 'prefetch_related("tags")', "populate": populate.tagged_books}


@n_plus_one("shelf.Book.author", **AUTHOR)
class DrfNestedInList(generics.ListAPIView):
    queryset = Book.objects.all()  # queryset
    serializer_class = serializers.NestedBookSerializer


@n_plus_one(
    "shelf.Book.author",
    "shelf.Author.country",
    path="author__country",
    fix='select_related("author__country")',
    populate=populate.books,
)
class DrfNestedTwoHops(generics.ListAPIView):
    queryset = Book.objects.order_by("title")  # queryset
    serializer_class = serializers.DeepBookSerializer


@n_plus_one("shelf.Book.author", **AUTHOR)
class DrfSource(generics.ListAPIView):
    queryset = Book.objects.filter(is_published=True)  # queryset
    serializer_class = serializers.BookRowSerializer


@n_plus_one(
    "shelf.Book.publisher",
    "shelf.Publisher.country",
    path="publisher__country",
    fix='select_related("publisher__country")',
    populate=populate.books,
)
class DrfSourceTwoKeys(APIView):
    permission_classes = [permissions.AllowAny]

    def get(self, request):
        books = Book.objects.order_by("-price")  # queryset
        return Response(serializers.BookHomeSerializer(books, many=True).data)  # culprit


@n_plus_one(
    "shelf.Book.publisher",
    path="publisher",
    fix='select_related("publisher")',
    populate=populate.books,
    name="drf_function_view",
)
@api_view(["GET"])
def drf_function_view(request):
    books = Book.objects.filter(price__gte=0)  # queryset: drf_function_view
    serializer = serializers.BookCardSerializer(books, many=True, context={"request": request})
    return Response({"count": len(serializer.data), "results": serializer.data})


@fixed("drf_function_view")
@api_view(["GET"])
def drf_function_view_fixed(request):
    books = Book.objects.filter(price__gte=0).select_related("publisher")
    return Response(serializers.BookCardSerializer(books, many=True).data)


@n_plus_one(
    "shelf.Book.review_set", path="review_set", fix=mentions("Count("), populate=populate.reviewed_books
)
class DrfCountInMethod(generics.ListAPIView):
    queryset = Book.objects.all()  # queryset
    serializer_class = serializers.BookStarsSerializer


@fixed("DrfCountInMethod")
class DrfCountInMethodFixed(generics.ListAPIView):
    queryset = Book.objects.annotate(reviews=Count("review"))
    serializer_class = serializers.CountedBookSerializer


@n_plus_one("shelf.Profile.agent", path="agent", fix='select_related("agent")', populate=populate.profiles)
class DrfStringRelated(generics.ListAPIView):
    queryset = Profile.objects.all()  # queryset
    serializer_class = serializers.ProfileSerializer


@n_plus_one("shelf.Book.tags", **TAGS)
class DrfPrimaryKeysMany(generics.ListAPIView):
    queryset = Book.objects.all()  # queryset
    serializer_class = serializers.TaggedBookSerializer


@n_plus_one("shelf.Book.tags", **TAGS)
class DrfSlugMany(generics.ListAPIView):
    serializer_class = serializers.SluggedBookSerializer

    def get_queryset(self):
        books = Book.objects.filter(price__lt=10_000)  # queryset
        if title := self.request.query_params.get("title"):
            books = books.filter(title__icontains=title)
        return books.order_by("pk")


@n_plus_one("shelf.Book.series", path="series", fix='select_related("series")', populate=populate.books)
class DrfSlug(generics.ListAPIView):
    queryset = Book.objects.select_related("author")  # queryset
    serializer_class = serializers.BookSeriesSerializer
    pagination_class = LimitOffsetPagination


@n_plus_one("shelf.Order.lines", path="lines", fix='prefetch_related("lines")', populate=populate.orders)
class DrfNestedMany(generics.ListAPIView):
    queryset = Order.objects.all()  # queryset
    serializer_class = serializers.OrderSerializer


@n_plus_one("shelf.Book.category", path="category", fix='select_related("category")', populate=populate.books)
class DrfToRepresentation(generics.ListAPIView):
    queryset = Book.objects.all()  # queryset
    serializer_class = serializers.RepresentedBookSerializer


@n_plus_one(
    "shelf.Book.author",
    ask=lambda client, url: client.get("/api/books/"),
    routes=router_of("books"),
    **AUTHOR,
)
class DrfListViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Book.objects.order_by("pk")  # queryset
    serializer_class = serializers.NestedBookSerializer


class FiftyPerPage(PageNumberPagination):
    page_size = 50


@n_plus_one(
    "shelf.Book.author",
    ask=lambda client, url: client.get("/api/books/", {"page": 1}),
    routes=router_of("books"),
    **AUTHOR,
)
class DrfPaged(viewsets.ModelViewSet):
    queryset = Book.objects.order_by("title")  # queryset
    serializer_class = serializers.NestedBookSerializer
    pagination_class = FiftyPerPage


@n_plus_one(
    "shelf.Book.author",
    ask=lambda client, url: client.get("/api/books/"),
    routes=router_of("books"),
    **AUTHOR,
)
class DrfGetQueryset(viewsets.ModelViewSet):
    serializer_class = serializers.NestedBookSerializer

    def get_queryset(self):
        return Book.objects.published().order_by("pk")  # queryset


def _ask_for_the_book(client, url):
    return client.get(f"/api/books/{Book.objects.get().pk}/")


def one_book_with_reviews(n):
    """The axis is the reviews of the one book."""
    made = populate.reviewed_books(n)
    populate.Review.objects.update(book=made[0])
    Book.objects.exclude(pk=made[0].pk).delete()


@n_plus_one(
    "shelf.Review.user",
    path=("review_set__user", "user"),
    fix='prefetch_related("review_set__user")',
    populate=one_book_with_reviews,
    ask=_ask_for_the_book,
    routes=router_of("books"),
)
class DrfDetailNestedMany(viewsets.ReadOnlyModelViewSet):
    queryset = Book.objects.select_related("author")  # queryset
    serializer_class = serializers.BookDetailSerializer


@n_plus_one(
    "shelf.Order.customer",
    "shelf.Customer.user",
    path="customer__user",
    fix='select_related("customer__user")',
    populate=populate.orders,
)
class DrfObjectPermissions(generics.ListAPIView):
    """The owner is looked up for every object of the list."""

    queryset = Order.objects.all()  # queryset
    permission_classes = [permissions.AllowAny]

    def list(self, request):
        visible = [order for order in self.get_queryset() if self.may_see(order)]
        return Response([order.number for order in visible])

    def may_see(self, order):
        return order.customer.user.is_active  # culprit
