"""Well-written API views: nothing may be said about them."""

from django.db.models import Count, Prefetch
from rest_framework import generics, permissions, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.response import Response

from tests.accuracy.declare import clean
from tests.accuracy.routes import router_of
from tests.accuracy.scenarios.rest import one_book_with_reviews
from tests.accuracy.shelf import populate, serializers
from tests.accuracy.shelf.models import Author, Book, Order, Publisher, Review


@clean(populate=populate.books)
class DrfFlatKeys(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = serializers.BookSerializer


@clean(populate=populate.books)
class DrfJoined(generics.ListAPIView):
    queryset = Book.objects.select_related("author__country")
    serializer_class = serializers.DeepBookSerializer


class TenPerPage(PageNumberPagination):
    page_size = 10


@clean(
    populate=populate.orders, routes=router_of("orders"), ask=lambda client, url: client.get("/api/orders/")
)
class DrfPagedAndPrefetched(viewsets.ModelViewSet):
    queryset = Order.objects.prefetch_related("lines").order_by("pk")
    serializer_class = serializers.OrderSerializer
    pagination_class = TenPerPage


class ByTitle(CursorPagination):
    ordering = "title"
    page_size = 10


@clean(populate=populate.tagged_books)
class DrfCursorPage(generics.ListAPIView):
    queryset = Book.objects.prefetch_related("tags")
    serializer_class = serializers.SluggedBookSerializer
    pagination_class = ByTitle


@clean(populate=populate.reviewed_books)
class DrfAnnotated(generics.ListAPIView):
    serializer_class = serializers.CountedBookSerializer

    def get_queryset(self):
        return Book.objects.annotate(reviews=Count("review")).order_by("-reviews")


class IsKnownAuthor(permissions.BasePermission):
    def has_permission(self, request, view):
        return Author.objects.filter(name="Author 0").exists()

    def has_object_permission(self, request, view, obj):
        return obj.author.name.startswith("Author")


@clean(
    populate=one_book_with_reviews,
    routes=router_of("books"),
    ask=lambda client, url: client.get(f"/api/books/{Book.objects.get().pk}/"),
)
class DrfDetailWithPermission(viewsets.ReadOnlyModelViewSet):
    serializer_class = serializers.BookDetailSerializer
    permission_classes = [IsKnownAuthor]

    def get_queryset(self):
        reviews = Review.objects.select_related("user")
        return Book.objects.prefetch_related(Prefetch("review_set", queryset=reviews))


@clean(populate=populate.books)
class DrfPerActionQueryset(generics.GenericAPIView):
    queryset = Book.objects.select_related("publisher")
    serializer_class = serializers.BookCardSerializer

    def get(self, request):
        newest = self.get_queryset().order_by("-pk").first()
        oldest = self.get_queryset().order_by("pk").first()
        return Response(
            {"newest": self.get_serializer(newest).data, "oldest": self.get_serializer(oldest).data}
        )


def _post_book(client, url):
    book = Book.objects.order_by("pk").first()
    keys = {name: getattr(book, f"{name}_id") for name in ("author", "editor", "publisher")}
    return client.post("/api/books/", {"title": "New", "isbn": "new", **keys})


@clean(populate=populate.books, routes=router_of("books"), ask=_post_book, duplicate_ok=True)
class DrfCreateValidatesThreeKeys(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    serializer_class = serializers.NewBookSerializer


@clean(
    populate=populate.books,
    routes=router_of("books"),
    ask=lambda client, url: client.get("/api/books/summary/"),
)
class DrfExtraAction(viewsets.GenericViewSet):
    queryset = Book.objects.all()

    @action(detail=False)
    def summary(self, request):
        figures = {name: self.get_queryset().filter(**rule).count() for name, rule in self.rules().items()}
        return Response({**figures, "publishers": Publisher.objects.count()})

    def rules(self):
        return {"cheap": {"price__lt": 5}, "dear": {"price__gte": 50}, "hidden": {"is_published": False}}
