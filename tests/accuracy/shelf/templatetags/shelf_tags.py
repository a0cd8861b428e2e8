from django import template

register = template.Library()


@register.inclusion_tag("accuracy/tag_card.html")
def card(book):
    return {"book": book}


@register.simple_tag
def author_name(book):
    return book.author.name  # culprit: template_simple_tag


@register.filter
def author_mail(book):
    return book.author.email  # culprit: template_filter
