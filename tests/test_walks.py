"""A tree that is walked by one relation of its rows: the other relations are loaded as ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, models
from django.template import Context, Template
from django.test.utils import isolate_apps

from django_querywatch import record
from django_querywatch.records import Finding

ROWS = 5

with isolate_apps("tests"):

    class City(models.Model):
        class Meta:
            app_label = "tests"

    class Person(models.Model):
        teacher = models.ForeignKey("self", models.CASCADE, null=True, related_name="pupils")
        city = models.ForeignKey(City, models.CASCADE)

        class Meta:
            app_label = "tests"


@pytest.fixture(autouse=True)
def people(transactional_db: None) -> Iterator[None]:
    """Each the pupil of the one before, in a city of their own."""
    with connection.schema_editor() as editor:
        editor.create_model(City)
        editor.create_model(Person)
    teacher = None
    for _ in range(ROWS):
        teacher = Person.objects.create(teacher=teacher, city=City.objects.create())
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Person)
        editor.delete_model(City)


def up(person: Person) -> int:
    steps, above = 0, person.teacher
    while above is not None:
        steps, above = steps + 1, above.teacher
    return steps


def down(person: Person) -> int:
    return 1 + sum(down(pupil) for pupil in person.pupils.all())


def cities_on_the_way(person: Person) -> None:
    above = person.teacher
    while above is not None:
        assert above.city.pk
        above = above.teacher


def findings_of(walk: Callable[[Person], object]) -> dict[str | None, Finding]:
    with record() as recording:
        for person in Person.objects.order_by("pk"):
            walk(person)
            assert person.city.pk
    report = recording.report()
    assert not report.failed
    return {finding.path: finding for finding in report.findings}


@pytest.mark.parametrize(("walk", "walked"), [(up, "teacher"), (down, "pupils")])
def test_a_walk_is_a_walk_by_its_own_relation(walk: Callable[[Person], object], walked: str) -> None:
    findings = findings_of(walk)
    assert set(findings) == {walked, "city"}
    assert findings["city"].suggestion == 'select_related("city")'
    assert findings["city"].count == ROWS
    assert findings[walked].suggestion is None
    assert "recursively" in (findings[walked].advice or "")


def test_what_the_rows_on_the_way_have_is_part_of_the_walk() -> None:
    findings = findings_of(cities_on_the_way)
    assert findings.pop("city").suggestion == 'select_related("city")'
    assert findings
    assert not any(finding.suggestion for finding in findings.values())


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{{ p.teacher.teacher.pk }}", "teacher__teacher"),
        (
            "{% for a in p.pupils.all %}{% for b in a.pupils.all %}{{ b.pk }}{% endfor %}{% endfor %}",
            "pupils__pupils",
        ),
    ],
)
def test_two_hops_in_a_template_from_a_string_are_no_walk(text: str, path: str) -> None:
    template = Template("{% for p in people %}" + text + "{% endfor %}")
    with record() as recording:
        template.render(Context({"people": Person.objects.order_by("pk")}))
    (finding,) = recording.report().findings
    assert finding.path == path
    assert path in (finding.suggestion or "")
