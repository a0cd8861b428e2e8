"""Context processors and middleware."""

from django.utils.functional import SimpleLazyObject

from tests.accuracy.shelf.models import Book


def menu(request):
    books = Book.objects.order_by("title")  # queryset: context_processor
    return {"menu": [f"{book.title} {book.author.name}" for book in books]}  # culprit: context_processor


def lazy_menu(request):
    def load():
        return list(Book.objects.all())  # queryset: context_processor_read_by_template

    return {"menu": SimpleLazyObject(load)}


def joined_menu(request):
    books = Book.objects.select_related("author")
    return {"menu": [f"{book.title} {book.author.name}" for book in books]}


def breadcrumb_middleware(get_response):
    def middleware(request):
        books = Book.objects.all()  # queryset: middleware_before_the_view
        request.breadcrumbs = [book.author.name for book in books]  # culprit: middleware_before_the_view
        return get_response(request)

    return middleware


class HeaderMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for book in Book.objects.all():  # queryset: middleware_after_the_view
            response[f"X-Author-{book.pk}"] = book.author.name  # culprit: middleware_after_the_view
        return response
