"""Rows of the models that are written one by one, and the finding about a loop that does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django_querywatch.records import Finding
from tests.bulk_models import Cafe, Label, Line, Note, tables
from tests.recorded import report_of

ROWS = 4


@contextmanager
def filled_tables() -> Iterator[None]:
    """The tables with some rows, for the length of a test."""
    with tables():
        labels = [Label.objects.create(name=f"label {number}", code=f"c{number}") for number in range(ROWS)]
        for number in range(ROWS):
            note = Note.objects.create(title=f"note {number}")
            note.labels.add(labels[0])
            Line.objects.create(note=note, number=number)
            Cafe.objects.create(name=f"cafe {number}")
        yield


def write_of(work: Callable[[], object]) -> Finding:
    """The one N+1 write that is told of the work."""
    (finding,) = report_of(work).of_kind("n_plus_one_write")
    return finding
