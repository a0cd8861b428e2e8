"""Tags and filters that ask the database themselves."""

from django import template

from tests.accuracy.shelf.models import Review

register = template.Library()


@register.simple_tag(takes_context=True)
def best_review(context, book):
    best = Review.objects.filter(book=book).order_by("-stars").first()  # culprit: around_tag_with_query
    return best.stars if best else context.get("nothing", "-")


@register.inclusion_tag("accuracy/board_tags.html")
def tag_line(book):
    return {"tags": book.tags.all()}


@register.filter
def in_group(user, name):
    return user.groups.filter(name=name).exists()  # culprit: around_filter_with_argument
