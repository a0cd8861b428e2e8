"""Two tables are enough for every page."""

from django.db import models


class Author(models.Model):  # noqa: DJ008
    name = models.CharField(max_length=20)


class Book(models.Model):  # noqa: DJ008
    title = models.CharField(max_length=20)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
