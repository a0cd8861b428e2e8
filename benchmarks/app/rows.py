"""Fills the tables. Raw `executemany`, because seeding runs under callgrind too."""

from __future__ import annotations

from django.db import connection

from benchmarks.app.growth import KEYS, PARENTS
from benchmarks.app.models import LEVELS, Author, Book

ONE_ROW_EACH = ("W1", "W2", "W4", "W5", "instances")
"""Loads whose size is a number of books; the others read the same books again and again, or none."""


def fill(load: str, size: int) -> None:
    """The rows that a request of this load and size reads."""
    if load == "path":
        seed_levels(PARENTS)
    else:
        seed(size if load in ONE_ROW_EACH else KEYS)


def seed(books: int) -> None:
    """As many authors as books, so that no two lazy foreign keys ask for the same row."""
    insert(Author, ("id", "name"), [(key, f"author {key}") for key in range(1, books + 1)])
    insert(
        Book,
        ("id", "title", "pages", "author_id"),
        [(key, f"title {key}", key % 900, key) for key in range(1, books + 1)],
    )


def seed_levels(rows: int) -> None:
    for number, model in enumerate(LEVELS):
        columns = ("id", "up_id") if number else ("id",)
        insert(model, columns, [(key,) * len(columns) for key in range(1, rows + 1)])


def insert(model, columns, rows) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    values = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({values})", rows)
