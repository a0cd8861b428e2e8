"""Relations of all kinds, as a printed fix has to name them."""

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Country(models.Model):
    code = models.CharField(max_length=5, unique=True)


class City(models.Model):
    name = models.CharField(max_length=50)
    country = models.ForeignKey(Country, models.CASCADE, to_field="code", related_name="cities")

    class Meta:
        ordering = ("name",)


class Tag(models.Model):
    name = models.CharField(max_length=50)


class Author(models.Model):
    name = models.CharField(max_length=50)
    country = models.ForeignKey(Country, models.CASCADE)
    friends = models.ManyToManyField("self")
    fans = models.ManyToManyField(Tag, related_name="+")


class Badge(models.Model):
    author = models.OneToOneField(Author, models.CASCADE, related_query_name="medal")
    text = models.CharField(max_length=50)


class Book(models.Model):
    title = models.CharField(max_length=50)
    price = models.IntegerField()
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    tags = models.ManyToManyField(Tag, related_name="books")
    remarks = GenericRelation("Remark", "key", "kind")


class Review(models.Model):
    book = models.ForeignKey(Book, models.CASCADE, related_name="reviews")
    author = models.ForeignKey(Author, models.CASCADE)
    stars = models.IntegerField()


class Remark(models.Model):
    # Tables of an application without migrations are made before those that have some.
    kind = models.ForeignKey(ContentType, models.CASCADE, db_constraint=False)
    key = models.PositiveIntegerField()
    target = GenericForeignKey("kind", "key")

    @property
    def key_leads_to_book(self) -> bool:
        return self.kind_id == ContentType.objects.get_for_model(Book).pk


class VisibleManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(is_hidden=False)


class Page(models.Model):
    """A model whose managers have names of their own."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="pages")
    number = models.IntegerField()
    is_hidden = models.BooleanField(default=False)

    visible = VisibleManager()
    everything = models.Manager()


class Shelf(models.Model):
    """A model whose relations leave rows out, too."""

    name = models.CharField(max_length=50)
    country = models.ForeignKey(Country, models.CASCADE)
    is_hidden = models.BooleanField(default=False)

    visible = VisibleManager()
    everything = models.Manager()

    class Meta:
        base_manager_name = "visible"


class Copy(models.Model):
    book = models.ForeignKey(Book, models.CASCADE)
    shelf = models.ForeignKey(Shelf, models.CASCADE)


class Label(models.Model):
    copy = models.OneToOneField(Copy, models.CASCADE)
    text = models.CharField(max_length=50)
    is_hidden = models.BooleanField(default=False)
    country = models.ForeignKey(Country, models.CASCADE)

    objects = VisibleManager()

    class Meta:
        base_manager_name = "objects"
