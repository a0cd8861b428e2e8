"""One query for many look-ups: by the manager, the database and the key that the single ones have."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django import forms
from django.contrib.auth.models import User
from django.test import Client

from django_querywatch import record
from django_querywatch.records import Finding
from tests.bulk_models import Cover, Label, Line, Note, tables
from tests.recorded import report_of

ROWS = 4
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "other"])


@pytest.fixture(autouse=True)
def notes(transactional_db: None) -> Iterator[None]:
    with tables():
        for number in range(ROWS):
            note = Note.objects.create(title=f"note {number}")
            # Their keys are not those of the notes.
            Cover(pk=100 - number, note=note, colour="red").save(force_insert=True)
            Line.objects.create(note=note, number=number)
            Label.objects.create(name=f"name {number}", code=f"code {number}")
        yield


def read_of(work: Callable[[], object]) -> Finding:
    (finding,) = report_of(work).of_kind("n_plus_one")
    return finding


def numbered(word: str) -> list[str]:
    return [f"{word} {number}" for number in range(ROWS)]


def get_labels_by_code() -> list[Label]:
    return [Label.objects.get(code=code) for code in numbered("code")]


def get_labels_by_code_in_any_case() -> list[Label]:
    return [Label.objects.get(code__iexact=code) for code in numbered("code")]


def get_labels_by_name() -> list[Label]:
    return [Label.objects.get(name=name) for name in numbered("name")]


def get_covers_by_note() -> list[Cover]:
    return [Cover.objects.get(note=note) for note in Note.objects.all()]


def get_covers_with_notes() -> list[Cover]:
    return [Cover.objects.select_related("note").get(note=note) for note in Note.objects.all()]


def get_covers_with_labels() -> list[Cover]:
    covers = Cover.objects.prefetch_related("note__labels")
    return [covers.get(note=note) for note in Note.objects.all()]


def get_covers_by_title() -> list[Cover]:
    return [Cover.objects.get(note__title=title) for title in numbered("note")]


def get_all_notes_by_key() -> list[Note]:
    return [Note.everything.get(pk=key) for key in Note.everything.values_list("pk", flat=True)]


def get_live_notes_by_key() -> list[Note]:
    return [Note.objects.get(pk=key) for key in Note.everything.values_list("pk", flat=True)]


def get_lines_by_number() -> list[Line]:
    return [Line.objects.get(note=note, number=number) for number, note in enumerate(Note.objects.all())]


def get_first_lines_of_all() -> list[list[Line]]:
    return [list(Line.objects.filter(note=note)) for note in Note.objects.all()]


def get_all_notes_by_title() -> list[list[Note]]:
    return [list(Note.everything.filter(title=title)) for title in numbered("note")]


def count_few_lines() -> list[int]:
    return [Line.objects.filter(note=note)[:2].count() for note in Note.objects.all()]


def count_lines() -> list[int]:
    return [Line.objects.filter(note=note).count() for note in Note.objects.all()]


def get_users_elsewhere() -> list[User]:
    letters = numbered("user")
    for name in letters:
        User.objects.using("other").create(username=name)
    with record() as recording:
        users = [User.objects.using("other").get(username=name) for name in letters]
    (finding,) = recording.report().findings
    assert finding.suggestion == 'User.objects.using("other").in_bulk(..., field_name="username")'
    return users


@pytest.mark.parametrize(
    ("work", "call"),
    [
        (get_labels_by_code, 'in_bulk(..., field_name="code")'),
        (get_labels_by_code_in_any_case, None),
        (get_labels_by_name, "filter(name__in=[...])"),
        (get_covers_by_note, 'in_bulk(..., field_name="note_id")'),
        (get_covers_with_notes, 'Cover.objects.select_related("note").in_bulk(..., field_name="note_id")'),
        (get_covers_with_labels, None),
        (get_covers_by_title, "filter(note__title__in=[...])"),
        (get_all_notes_by_key, "Note.everything.in_bulk(...)"),
        (get_live_notes_by_key, None),
        (get_lines_by_number, None),
        (get_first_lines_of_all, "filter(note__in=[...])"),
        (get_all_notes_by_title, "Note.everything.filter(title__in=[...])"),
        (count_few_lines, None),
        (count_lines, 'filter(note__in=[...]).values("note").annotate(count=Count("pk"))'),
    ],
)
def test_the_call_finds_what_the_look_ups_find(work: Callable[[], object], call: str | None) -> None:
    finding = read_of(work)
    assert finding.suggestion == call
    assert finding.advice


def test_the_name_of_the_key_is_one_that_django_takes() -> None:
    covers = Cover.objects.in_bulk(list(Note.objects.values_list("pk", flat=True)), field_name="note_id")
    assert [covers[note.pk] for note in Note.objects.all()] == get_covers_by_note()
    assert list(Label.objects.in_bulk(numbered("code"), field_name="code").values()) == get_labels_by_code()


def test_another_database_is_named() -> None:
    assert len(get_users_elsewhere()) == ROWS


def log_in_each() -> None:
    for user in User.objects.all():
        Client().force_login(user)


def save_a_formset() -> None:
    make = forms.modelformset_factory(Label, fields=["name"], extra=0)
    data = {"form-TOTAL_FORMS": ROWS, "form-INITIAL_FORMS": ROWS}
    for number, label in enumerate(Label.objects.order_by("pk")):
        data |= {f"form-{number}-id": label.pk, f"form-{number}-name": f"new {number}"}
    formset = make(data, queryset=Label.objects.order_by("pk"))
    assert formset.is_valid(), formset.errors
    formset.save()


@pytest.mark.parametrize("work", [log_in_each, save_a_formset])
def test_what_django_asks_and_writes_for_itself_offers_no_call(work: Callable[[], None]) -> None:
    for name in "abcd":
        User.objects.create(username=name)
    with record() as recording:
        work()
    findings = [found for found in recording.report().findings if found.kind.startswith("n_plus_one")]
    assert findings
    assert [found.suggestion for found in findings] == [None] * len(findings)
    assert all(found.advice for found in findings)
