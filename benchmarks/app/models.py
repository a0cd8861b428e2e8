"""The tables the loads read: books with an author, and a chain of models for relation paths of any depth."""

from django.db import models

DEEPEST_PATH = 10


class Author(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    title = models.CharField(max_length=100)
    pages = models.IntegerField(default=0)
    author = models.ForeignKey(Author, models.CASCADE)

    def __str__(self) -> str:
        return self.title


def _level(number: int) -> type[models.Model]:
    attributes = {"__module__": __name__}
    if number:
        attributes["up"] = models.ForeignKey(f"Level{number - 1}", models.CASCADE)
    return type(f"Level{number}", (models.Model,), attributes)


LEVELS = tuple(_level(number) for number in range(DEEPEST_PATH + 1))
"""``LEVELS[3]`` has a path of three: ``up__up__up``."""
