"""The catalogue: keys to people, many-to-many with and without a through model, a proxy, querysets."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils.functional import cached_property


class TagGroup(models.Model):
    name = models.CharField(max_length=40)


class Tag(models.Model):
    name = models.CharField(max_length=40)
    group = models.ForeignKey(TagGroup, models.SET_NULL, null=True, related_name="tags")

    def __str__(self):
        return self.name


class Series(models.Model):
    title = models.CharField(max_length=80)


class BookQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)

    def with_people(self):
        return self.select_related("author", "publisher")


class Book(models.Model):
    title = models.CharField(max_length=80)
    isbn = models.CharField(max_length=20, unique=True)
    summary = models.TextField(blank=True)
    price = models.IntegerField(default=10)
    is_published = models.BooleanField(default=True)
    author = models.ForeignKey("shelf.Author", models.CASCADE, related_name="books")
    editor = models.ForeignKey("shelf.Author", models.SET_NULL, null=True, related_name="edited_books")
    publisher = models.ForeignKey("shelf.Publisher", models.CASCADE, related_name="books")
    category = models.ForeignKey("shelf.Category", models.SET_NULL, null=True, related_name="books")
    series = models.ForeignKey(Series, models.SET_NULL, null=True, related_name="books")
    tags = models.ManyToManyField(Tag, related_name="books")
    contributors = models.ManyToManyField(
        "shelf.Author", through="shelf.Contribution", related_name="contributed_books"
    )
    comments = GenericRelation("shelf.Comment")

    objects = BookQuerySet.as_manager()

    def __str__(self):
        return f"{self.title} by {self.author.name}"  # culprit: book_str

    @property
    def author_name(self):
        return self.author.name  # culprit: book_author_name

    @cached_property
    def publisher_name(self):
        return self.publisher.name  # culprit: book_publisher_name

    def byline(self):
        return f"{self.title}, {self.author.name}"  # culprit: book_byline

    def stars(self):
        return [review.stars for review in self.review_set.all()]  # culprit: book_stars

    def is_reviewed(self):
        return self.review_set.exists()  # culprit: book_is_reviewed


class FeaturedManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(is_published=True).order_by("id")

    def cheap(self):
        return self.get_queryset().filter(price__lt=1000)


class FeaturedBook(Book):
    objects = FeaturedManager()

    class Meta:
        proxy = True

    def shelf_mark(self):
        return f"{self.publisher.name[:3]}-{self.pk}"  # culprit: featured_shelf_mark


class Contribution(models.Model):
    book = models.ForeignKey(Book, models.CASCADE, related_name="contributions")
    person = models.ForeignKey("shelf.Author", models.CASCADE, related_name="contributions")
    role = models.CharField(max_length=20)


class Review(models.Model):
    book = models.ForeignKey(Book, models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviews")
    stars = models.IntegerField(default=3)
    text = models.TextField(blank=True)


class Edition(models.Model):
    """Its key leads to a unique field that is not the primary key: ``to_field``."""

    book = models.ForeignKey(Book, models.CASCADE, to_field="isbn", related_name="editions")
    year = models.IntegerField()
