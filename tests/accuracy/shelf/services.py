"""What views call: queries and rows made elsewhere than in the view."""

from dataclasses import dataclass

from tests.accuracy.shelf.models import Author, Book


def published_books():
    return Book.objects.published().order_by("title")  # queryset: forward_by_service, service_and_dataclass


def labels(books):
    for book in books:
        yield f"{book.title} / {book.author.name}"  # culprit: forward_by_service


@dataclass(frozen=True)
class BookRow:
    title: str
    author: str

    @classmethod
    def of(cls, book):
        return cls(book.title, book.author.name)  # culprit: service_and_dataclass


class Catalogue:
    """A service object that keeps its queryset."""

    def __init__(self, books):
        self.books = books

    def export(self):
        return [self._row(book) for book in self.books]

    def _row(self, book):
        return (book.pk, book.publisher.name)  # culprit: service_object


def author_of(pk):
    return Author.objects.get(pk=pk)  # culprit: get_in_service


def country_of(author):
    return author.country
