"""One call for many writes: it is printed where it does what the single ones do, with the queries that remain."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext

from tests.bulk_models import Cafe, Label, Line, Note, Place
from tests.bulk_rows import filled_tables, write_of


@pytest.fixture(autouse=True)
def notes(transactional_db: None) -> Iterator[None]:
    with filled_tables():
        yield


def save_notes() -> None:
    for note in Note.objects.all():
        note.title += "!"
        note.save()


def save_titles() -> None:
    for note in Note.objects.all():
        note.title += "!"
        note.save(update_fields=["title"])


def update_titles() -> None:
    for note in Note.everything.all():
        Note.everything.filter(pk=note.pk).update(title=f"{note.title}!")


def add_to_numbers() -> None:
    for line in Line.objects.all():
        Line.objects.filter(pk=line.pk).update(number=F("number") + 1)


def add_to_numbers_and_save() -> None:
    for line in Line.objects.all():
        line.number = F("number") + 1  # type: ignore[assignment]
        line.save()


def add_to_numbers_of_notes() -> None:
    for note in Note.objects.all():
        Line.objects.filter(note=note).update(number=F("number") + 1)


def save_with_given_keys() -> None:
    for note in list(Note.everything.all()):
        Label(pk=note.pk + 1000, name=note.title, code=note.title).save()


def save_cafes() -> None:
    for cafe in Cafe.objects.all():
        cafe.name += "!"
        cafe.seats += 1
        cafe.save()


@pytest.mark.parametrize(
    ("work", "call", "words"),
    [
        (save_notes, "Note.everything.bulk_update(objects, fields)", "changed_at"),
        (save_titles, "Note.everything.bulk_update(objects, fields)", None),
        (update_titles, "Note.everything.bulk_update(objects, fields)", None),
        (add_to_numbers, None, "computes"),
        (add_to_numbers_and_save, None, "computes"),
        (add_to_numbers_of_notes, None, "update() once"),
        (save_with_given_keys, None, "look up"),
        (save_cafes, "bulk_update(objects, fields)", None),
    ],
)
def test_updates(work: Callable[[], None], call: str | None, words: str | None) -> None:
    finding = write_of(work)
    assert finding.suggestion == call
    if words is None:
        assert finding.advice is None
    else:
        assert words in (finding.advice or "")


def create_cafes() -> None:
    for note in Note.objects.all():
        Cafe.objects.create(name=note.title)


def test_rows_of_two_tables_are_not_inserted_together() -> None:
    finding = write_of(create_cafes)
    assert finding.suggestion is None
    assert "several tables" in (finding.advice or "")


def delete_cafes() -> None:
    for cafe in Cafe.objects.all():
        cafe.delete()


def delete_lines() -> None:
    for line in Line.objects.all():
        line.delete()


def delete_notes() -> None:
    for note in Note.objects.all():
        note.delete()


def update_all_cafes() -> None:
    cafes = list(Cafe.objects.filter(name__startswith="cafe"))
    Cafe.objects.bulk_update(cafes, ["name", "seats"])


def delete_all_cafes() -> None:
    Cafe.objects.filter(pk__in=list(Place.objects.values_list("pk", flat=True))).delete()


def delete_all_lines() -> None:
    Line.objects.filter(pk__in=list(Line.objects.values_list("pk", flat=True))).delete()


@pytest.mark.parametrize(
    ("work", "fixed"),
    [(save_cafes, update_all_cafes), (delete_cafes, delete_all_cafes), (delete_lines, delete_all_lines)],
)
def test_the_queries_that_remain(work: Callable[[], None], fixed: Callable[[], None]) -> None:
    finding = write_of(work)
    if work is not save_cafes:
        Cafe.objects.create(name="cafe")
        Line.objects.create(note=Note.objects.earliest("pk"), number=9)
    with CaptureQueriesContext(connection) as queries:
        fixed()
    sent = [query["sql"] for query in queries if query["sql"].split()[0] in ("SELECT", "UPDATE", "DELETE")]
    assert finding.queries_after == len(sent) - 1  # the rows themselves are asked for before and after


def test_with_what_belongs_to_the_rows_no_number_is_given() -> None:
    finding = write_of(delete_notes)
    assert finding.suggestion is None
    assert "delete() on one queryset" in (finding.advice or "")


def add_a_label() -> None:
    label = Label.objects.get(code="c0")
    for note in Note.objects.all():
        note.labels.add(label)


@pytest.mark.parametrize("work", [delete_lines, update_titles, add_a_label])
def test_receivers_are_told_of_where_they_are_passed_over(work: Callable[[], None]) -> None:
    """A queryset's `delete()` sends the signals, and its `update()` sent none before."""

    def receive(**more: object) -> None:
        pass

    models = (Line, Note, Label)
    for model in models:
        post_save.connect(receive, sender=model)
    try:
        assert write_of(work).advice is None
    finally:
        for model in models:
            post_save.disconnect(receive, sender=model)
