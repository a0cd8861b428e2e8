"""Models whose rows are written and looked up one by one: unique sets, two tables, several managers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models
from django.test.utils import isolate_apps


class LiveManager(models.Manager["Note"]):
    def get_queryset(self) -> models.QuerySet[Note]:
        return super().get_queryset().filter(is_deleted=False)


with isolate_apps("tests"):

    class Label(models.Model):
        name = models.CharField(max_length=20)
        code = models.CharField(max_length=20, unique=True)
        alias = models.IntegerField(unique=True, null=True)

        class Meta:
            app_label = "tests"

    class Note(models.Model):
        title = models.CharField(max_length=20)
        is_deleted = models.BooleanField(default=False)
        changed_at = models.DateTimeField(auto_now=True)
        labels = models.ManyToManyField(Label, related_name="notes")
        links = models.ManyToManyField("self")
        ranked = models.ManyToManyField(Label, through="Ranking", related_name="+")

        objects = LiveManager()
        everything = models.Manager()  # noqa: DJ012 - no field, whatever the rule takes it for

        class Meta:
            app_label = "tests"

    class Ranking(models.Model):
        note = models.ForeignKey(Note, models.CASCADE)
        label = models.ForeignKey(Label, models.CASCADE)
        rank = models.IntegerField(default=0)

        class Meta:
            app_label = "tests"

    class Cover(models.Model):
        note = models.OneToOneField(Note, models.CASCADE, related_name="cover")
        colour = models.CharField(max_length=20)

        class Meta:
            app_label = "tests"

    class Line(models.Model):
        note = models.ForeignKey(Note, models.CASCADE, related_name="lines")
        number = models.IntegerField()
        text = models.CharField(max_length=20, default="")

        class Meta:
            app_label = "tests"
            constraints = (models.UniqueConstraint(fields=["note", "number"], name="numbers_of_lines"),)

    class Place(models.Model):
        name = models.CharField(max_length=20)

        class Meta:
            app_label = "tests"

    class Cafe(Place):
        seats = models.IntegerField(default=1)

        class Meta:
            app_label = "tests"


MODELS: tuple[type[models.Model], ...] = (Label, Note, Ranking, Cover, Line, Place, Cafe)
"""In the order in which their tables can be made."""


@contextmanager
def tables() -> Iterator[None]:
    """The tables of these models, for the length of a test."""
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    yield
    with connection.schema_editor() as editor:
        for model in reversed(MODELS):
            editor.delete_model(model)
