"""What each tool is asked about. `straight` and `literal` have no N+1, `one_row` has one to come."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from library.models import Author, Book


def forward(request):
    books = Book.objects.all()
    return answer([book.author.name for book in books])


def template(request):
    return render(request, "books.html", {"books": Book.objects.all()})


def reverse(request):
    return answer([list(author.book_set.all()) for author in Author.objects.all()])


def count(request):
    return answer([author.book_set.count() for author in Author.objects.all()])


def deferred(request):
    return answer([book.title for book in Book.objects.only("author")])


def get(request):
    keys = list(Book.objects.values_list("author_id", flat=True))
    return answer([Author.objects.get(pk=key).name for key in keys])


def writes(request):
    for book in Book.objects.all():
        book.save()
    return answer("written")


def one_row(request):
    return answer([book.author.name for book in Book.objects.filter(title="Book 1")])


def other_alias(request):
    return answer([book.author.name for book in Book.objects.using("other")])


def straight(request):
    first, second, third = author(1), author(2), author(3)
    return answer([first.name, second.name, third.name])


def author(key):
    return Author.objects.get(pk=key)


def literal(request):
    return answer([Book.objects.filter(title__startswith=letter).count() for letter in "abcdefghijkl"])


async def async_get(request):
    return answer([(await Author.objects.aget(pk=book.author_id)).name async for book in Book.objects.all()])


async def async_reverse(request):
    titles = []
    async for writer in Author.objects.all():
        async for book in writer.book_set.all():
            titles.append(book.title)
    return answer(titles)


def answer(content):
    return HttpResponse(str(content))


PAGES = (
    forward,
    template,
    reverse,
    count,
    deferred,
    get,
    writes,
    one_row,
    other_alias,
    straight,
    literal,
    async_get,
    async_reverse,
)
urlpatterns = [path(page.__name__, page) for page in PAGES]
