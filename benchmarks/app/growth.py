"""Loads that grow in one direction. Each is what one request of that size does."""

from __future__ import annotations

from django.db import connection

from benchmarks.app.loads import deep_stack
from benchmarks.app.models import LEVELS, Book
from benchmarks.texts import in_list

PARENTS = 100
KEYS = 1_000


def queries(size: int) -> None:
    """`size` lazy foreign keys, of rows that are let go at once, so that memory is the tool's own."""
    done = 0
    while done < size:
        for book in Book.objects.order_by("id")[: min(KEYS, size - done)].iterator():
            book.author  # noqa: B018
            done += 1


def fingerprints(size: int) -> None:
    """`size` statements of different shape, once each."""
    with connection.cursor() as cursor:
        for number in range(size):
            cursor.execute(f"SELECT id AS {word(number)} FROM app_book WHERE id = 1")


def findings(size: int) -> None:
    """`size` statements of different shape, three times each with different values."""
    with connection.cursor() as cursor:
        for number in range(size):
            for key in (1, 2, 3):
                cursor.execute(f"SELECT id AS {word(number)} FROM app_book WHERE id = %s", [key])


def stack_depth(size: int) -> None:
    deep_stack(50, size)


def instances(size: int) -> None:
    """All rows kept, as a template that shows them would."""
    for book in Book.objects.order_by("id")[:size]:
        book.title  # noqa: B018


def path_depth(size: int) -> None:
    """A relation path of `size` steps, each step lazy, for a hundred rows."""
    for row in LEVELS[size].objects.order_by("id")[:PARENTS]:
        for _ in range(size):
            row = row.up


def long_text(size: int) -> None:
    """One statement of `size` bytes."""
    with connection.cursor() as cursor:
        cursor.execute(in_list(size))


def word(number: int) -> str:
    """A name of letters only: digits in it might be taken for a numbered alias."""
    letters = ""
    while number or not letters:
        number, rest = divmod(number, 26)
        letters += chr(ord("a") + rest)
    return f"col_{letters}_x"


GROWTH = {
    "queries": queries,
    "fingerprints": fingerprints,
    "findings": findings,
    "stack": stack_depth,
    "instances": instances,
    "path": path_depth,
    "in_list": long_text,
}
