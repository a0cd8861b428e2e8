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


class AuthorList(template.Node):
    """A tag that loops in Python."""

    def __init__(self, books):
        self.books = books

    def render(self, context):
        books = self.books.resolve(context)
        return "".join(f"<li>{book.author.name}</li>" for book in books)  # culprit: node_that_loops_itself


@register.tag
def author_list(parser, token):
    return AuthorList(parser.compile_filter(token.split_contents()[1]))
