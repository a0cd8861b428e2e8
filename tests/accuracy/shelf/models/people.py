"""Who writes and who publishes: forward keys three hops deep, one-to-one, a self-reference."""

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils.functional import cached_property


class Region(models.Model):
    name = models.CharField(max_length=80)

    def __str__(self):
        return self.name


class Country(models.Model):
    """Its primary key is its own code, and the column has another name."""

    code = models.CharField(max_length=8, primary_key=True, db_column="iso_code")
    name = models.CharField(max_length=80)
    region = models.ForeignKey(Region, models.PROTECT, related_name="countries")

    def __str__(self):
        return self.name


class Publisher(models.Model):
    name = models.CharField(max_length=80)
    country = models.ForeignKey(Country, models.PROTECT, related_name="publishers")

    def __str__(self):
        return self.name


class Author(models.Model):
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    country = models.ForeignKey(Country, models.SET_NULL, null=True, blank=True, related_name="authors")
    mentor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="mentees")
    friends = models.ManyToManyField("self", blank=True)
    comments = GenericRelation("shelf.Comment")

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.name

    @cached_property
    def home(self):
        return self.country.name if self.country else ""  # culprit: author_home


class Profile(models.Model):
    """Not every author has one."""

    author = models.OneToOneField(Author, models.CASCADE, related_name="profile")
    bio = models.TextField(blank=True)
    agent = models.ForeignKey("shelf.Publisher", models.SET_NULL, null=True, related_name="agents")

    def __str__(self):
        return f"Profile of {self.author.name}"  # culprit: profile_str
