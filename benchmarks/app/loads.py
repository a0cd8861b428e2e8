"""The five loads of the budget. Each is what one request does; a load takes its size."""

from __future__ import annotations

import itertools

from django.db import connection

from benchmarks.app.models import Author, Book

_fresh = itertools.count(1)


def lazy_foreign_keys(size: int) -> None:
    """W1: one list query, and one lazy foreign key on each of its rows."""
    for book in Book.objects.order_by("id")[:size]:
        book.author  # noqa: B018


def clean_page(size: int) -> None:
    """W2: three queries, nothing to find."""
    half = size // 2
    for book in Book.objects.select_related("author").order_by("id")[:half]:
        book.author.name  # noqa: B018
    for author in Author.objects.order_by("id")[:half]:
        author.name  # noqa: B018
    Book.objects.count()


def new_texts(size: int) -> None:
    """W3: raw texts never seen before in this process; their values are written into them."""
    with connection.cursor() as cursor:
        for number in itertools.islice(_fresh, size):
            cursor.execute(NEW_TEXT.format(number))
            cursor.fetchall()


NEW_TEXT = "SELECT id, title, pages FROM app_book WHERE id = {0} AND title <> 'title {0}' AND pages > 10"


def many_instances(size: int) -> None:
    """W4: one query, all its rows kept in the queryset."""
    for book in Book.objects.order_by("id")[:size]:
        book.title  # noqa: B018


def deep_stack(size: int, frames: int = 60) -> None:
    """W5: the same lazy foreign keys as W1, below more frames."""
    if frames:
        return deep_stack(size, frames - 1)
    return lazy_foreign_keys(size)


LOADS = {
    "W1": lazy_foreign_keys,
    "W2": clean_page,
    "W3": new_texts,
    "W4": many_instances,
    "W5": deep_stack,
}
