"""Self-referential trees."""

from django.db import models


class Category(models.Model):
    name = models.CharField(max_length=40)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")

    def breadcrumb(self):
        names, node = [], self
        while node is not None:
            names.append(node.name)
            node = node.parent  # culprit: category_breadcrumb
        return " > ".join(reversed(names))


class Page(models.Model):
    """A front page with four links to other pages."""

    title = models.CharField(max_length=40)
    slug = models.SlugField(unique=True)
    first_link = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    second_link = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    third_link = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    fourth_link = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
