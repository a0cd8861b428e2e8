"""One call for many links, and for rows that may be there: printed where it does what the single ones do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.signals import m2m_changed

from tests.bulk_models import Label, Line, Note
from tests.bulk_rows import ROWS, filled_tables, write_of


@pytest.fixture(autouse=True)
def notes(transactional_db: None) -> Iterator[None]:
    with filled_tables():
        yield


def add_a_label() -> None:
    label = Label.objects.get(code="c0")
    for note in Note.objects.all():
        note.labels.add(label)


def add_notes_to_labels() -> None:
    note = Note.objects.earliest("pk")
    for label in Label.objects.all():
        label.notes.add(note)


def add_labels_to_one_note() -> None:
    note = Note.objects.earliest("pk")
    for label in Label.objects.all():
        note.labels.add(label)


def add_links_both_ways() -> None:
    first = Note.objects.earliest("pk")
    for note in Note.objects.all():
        note.links.add(first)


def add_ranked_labels() -> None:
    label = Label.objects.get(code="c0")
    for note in Note.objects.all():
        note.ranked.add(label, through_defaults={"rank": note.pk})


def add_ranked_labels_to_one_note() -> None:
    note = Note.objects.earliest("pk")
    for label in Label.objects.all():
        note.ranked.add(label, through_defaults={"rank": label.pk})


def set_labels() -> None:
    labels = list(Label.objects.all()[1:3])
    for note in Note.objects.all():
        note.labels.set(labels)


def create_labels() -> None:
    for note in Note.objects.all():
        note.labels.create(name=note.title, code=note.title)


def remove_a_label() -> None:
    label = Label.objects.get(code="c0")
    for note in Note.objects.all():
        note.labels.remove(label)


def move_lines() -> None:
    lines = list(Line.objects.all())
    for note, line in zip(Note.objects.all(), reversed(lines), strict=True):
        note.lines.add(line)


def create_lines() -> None:
    for note in Note.objects.all():
        note.lines.create(number=9)


@pytest.mark.parametrize(
    ("work", "call"),
    [
        (add_a_label, "Note.labels.through.objects.bulk_create([...], ignore_conflicts=True)"),
        (add_notes_to_labels, "Label.notes.through.objects.bulk_create([...], ignore_conflicts=True)"),
        (add_labels_to_one_note, "add(*objects)"),
        (add_links_both_ways, None),
        (add_ranked_labels, None),
        (add_ranked_labels_to_one_note, None),
        (set_labels, None),
        (create_labels, None),
        (remove_a_label, None),
        (move_lines, None),
        (create_lines, "bulk_create(objects)"),
    ],
)
def test_the_methods_of_related_managers(work: Callable[[], None], call: str | None) -> None:
    finding = write_of(work)
    assert finding.suggestion == call
    assert call or finding.advice


def test_links_that_are_there_do_not_trouble_the_fix() -> None:
    through = Note.labels.through
    label = Label.objects.get(code="c0")
    through.objects.bulk_create(
        [through(note=note, label=label) for note in Note.objects.all()], ignore_conflicts=True
    )
    assert through.objects.count() == ROWS


def test_receivers_of_changed_links_are_told_of() -> None:
    def receive(**more: object) -> None:
        pass

    m2m_changed.connect(receive, sender=Note.labels.through)
    try:
        advice = write_of(add_a_label).advice
    finally:
        m2m_changed.disconnect(receive, sender=Note.labels.through)
    assert advice is not None
    assert "m2m_changed" in advice
    assert write_of(add_a_label).advice is None


def get_or_create_by(**names: str) -> Callable[[], None]:
    def work() -> None:
        for note in Note.objects.all():
            Label.objects.get_or_create({"code": note.title}, **dict.fromkeys(names, str(note.pk)))

    return work


def get_or_create_lines() -> None:
    for note in Note.objects.all():
        note.lines.get_or_create(number=1)


def get_or_create_lines_by_hand() -> None:
    for note in Note.objects.all():
        Line.objects.get_or_create(note_id=note.pk, number=1, defaults={"text": "new"})


def get_or_create_among_some() -> None:
    for note in Note.objects.all():
        Label.objects.filter(name="label").get_or_create(code=note.title)


IGNORING = "bulk_create(objects, ignore_conflicts=True)"


@pytest.mark.parametrize(
    ("work", "call"),
    [
        (get_or_create_by(code=""), IGNORING),
        (get_or_create_by(name=""), None),
        (get_or_create_by(code="", name=""), None),
        (get_or_create_by(alias=""), None),
        (get_or_create_by(code__iexact=""), None),
        (get_or_create_lines, IGNORING),
        (get_or_create_lines_by_hand, IGNORING),
        (get_or_create_among_some, None),
    ],
)
def test_only_a_unique_set_tells_which_rows_are_there(work: Callable[[], None], call: str | None) -> None:
    finding = write_of(work)
    assert finding.suggestion == call
    assert finding.advice


def update_or_create_by_code(**more: object) -> Callable[[], None]:
    def work() -> None:
        for note in Note.objects.all():
            Label.objects.update_or_create(code=note.title, defaults={"name": note.title}, **more)

    return work


def update_or_create_by_name() -> None:
    for note in Note.objects.all():
        Label.objects.update_or_create(name=note.title, defaults={"code": note.title})


def update_or_create_lines() -> None:
    for note in Note.objects.all():
        Line.objects.update_or_create(note=note, number=1, defaults={"text": note.title})


def count_up() -> None:
    for line in Line.objects.all():
        Line.objects.update_or_create(note=line.note_id, number=line.number, defaults={"text": F("number")})


UPDATING = "bulk_create(objects, update_conflicts=True, update_fields=[...], unique_fields=[{}])"


@pytest.mark.parametrize(
    ("work", "call"),
    [
        (update_or_create_by_code(), UPDATING.format('"code"')),
        (update_or_create_by_code(create_defaults={"name": "new"}), None),
        (update_or_create_by_name, None),
        (update_or_create_lines, UPDATING.format('"note", "number"')),
        (count_up, None),
    ],
)
@pytest.mark.skipif(
    not connection.features.supports_update_conflicts_with_target, reason="the database takes no targets"
)
def test_rows_that_are_there_are_updated_by_their_unique_set(
    work: Callable[[], None], call: str | None
) -> None:
    finding = write_of(work)
    assert finding.suggestion == call
    assert finding.advice
