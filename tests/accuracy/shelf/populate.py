"""Rows as a real database has them: each row its own related rows, unless the name says that they are shared.

Every function makes ``n`` rows on one axis; ``accuracy`` scenarios grow along it.
"""

from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType

from tests.accuracy.shelf.models import (
    Author,
    Book,
    Branch,
    Category,
    Comment,
    Contribution,
    Country,
    Customer,
    Edition,
    Favourite,
    Film,
    Line,
    Order,
    Profile,
    Publisher,
    Region,
    Review,
    Series,
    Shipment,
    Song,
    Stock,
    StockCount,
    Tag,
    TagGroup,
    Warehouse,
)


def countries(n, using="default"):
    regions = Region.objects.using(using).bulk_create(Region(name=f"Region {i}") for i in range(n))
    return Country.objects.using(using).bulk_create(
        Country(code=f"C{i}", name=f"Country {i}", region=region) for i, region in enumerate(regions)
    )


def publishers(n, using="default"):
    return Publisher.objects.using(using).bulk_create(
        Publisher(name=f"Publisher {i}", country=country) for i, country in enumerate(countries(n, using))
    )


def authors(n, using="default"):
    """Each with a country of its own, and half of them with a profile."""
    made = Author.objects.using(using).bulk_create(
        Author(name=f"Author {i}", email=f"a{i}@example.org", country=country)
        for i, country in enumerate(countries(n, using))
    )
    Profile.objects.using(using).bulk_create(Profile(author=one, bio=f"Bio {one.pk}") for one in made[::2])
    return made


def profiles(n):
    """Authors who all have a profile, each with an agent of its own."""
    agents = publishers(n)
    made = Author.objects.bulk_create(
        Author(name=f"Author {i}", country=agent.country) for i, agent in enumerate(agents)
    )
    return Profile.objects.bulk_create(
        Profile(author=one, bio="Bio", agent=agent) for one, agent in zip(made, agents, strict=True)
    )


def books(n, using="default"):
    """Each with its own author, editor, publisher, category and series."""
    houses = publishers(n, using)
    people = [
        Author(name=f"Author {i}", email=f"a{i}@example.org", country=house.country)
        for i, house in enumerate(houses)
    ]
    editors = [Author(name=f"Editor {i}", country=house.country) for i, house in enumerate(houses)]
    Author.objects.using(using).bulk_create([*people, *editors])
    shelves = Category.objects.using(using).bulk_create(Category(name=f"Category {i}") for i in range(n))
    series = Series.objects.using(using).bulk_create(Series(title=f"Series {i}") for i in range(n))
    return Book.objects.using(using).bulk_create(
        Book(
            title=f"Book {i}",
            isbn=f"978-{i}",
            summary="Long " * 20,
            author=people[i],
            editor=editors[i],
            publisher=houses[i],
            category=shelves[i],
            series=series[i],
        )
        for i in range(n)
    )


def tagged_books(n):
    """Each with two tags of its own; each tag in a group of its own."""
    made = books(n)
    groups = TagGroup.objects.bulk_create(TagGroup(name=f"Group {i}") for i in range(2 * n))
    tags = Tag.objects.bulk_create(Tag(name=f"Tag {i}", group=group) for i, group in enumerate(groups))
    Book.tags.through.objects.bulk_create(
        Book.tags.through(book=book, tag=tag)
        for i, book in enumerate(made)
        for tag in tags[2 * i : 2 * i + 2]
    )
    return made


def reviewed_books(n):
    """Each with two reviews by users of their own."""
    made = books(n)
    users = User.objects.bulk_create(User(username=f"user{i}") for i in range(2 * n))
    Review.objects.bulk_create(
        Review(book=made[i // 2], user=user, stars=i % 5 + 1, text="Fine") for i, user in enumerate(users)
    )
    return made


def contributed_books(n):
    """Each with two contributions through the model that holds the role."""
    made = books(n)
    homes = list(Country.objects.all())
    people = Author.objects.bulk_create(
        Author(name=f"Person {i}", country=homes[i // 2]) for i in range(2 * n)
    )
    Contribution.objects.bulk_create(
        Contribution(book=made[i // 2], person=person, role="ink") for i, person in enumerate(people)
    )
    return made


def editions(n):
    """Each of a book of its own, by ISBN."""
    return Edition.objects.bulk_create(Edition(book=book, year=1900 + i) for i, book in enumerate(books(n)))


def prolific_authors(n):
    """Authors with two books each."""
    made = books(2 * n)
    people = Author.objects.bulk_create(Author(name=f"Prolific {i}") for i in range(n))
    for i, book in enumerate(made):
        book.author = people[i // 2]
    Book.objects.bulk_update(made, ["author"])
    Author.objects.filter(name__startswith="Author").delete()
    Author.objects.filter(name__startswith="Editor").delete()
    return people


def books_of_one_author(n):
    """A hundred rows, one parent."""
    made = books(n)
    Book.objects.update(author=made[0].author, publisher=made[0].publisher)
    return made


def comments(n):
    """On books and authors by turns."""
    targets = [book if i % 2 else book.author for i, book in enumerate(books(n))]
    return Comment.objects.bulk_create(
        Comment(target=target, text=f"Text {i}") for i, target in enumerate(targets)
    )


def comments_on_authors(n):
    """And one on a book."""
    made = books(n)
    return Comment.objects.bulk_create(
        Comment(target=target, text="Text") for target in [made[0], *(book.author for book in made)]
    )


def comments_of_one_author(n):
    """One comment, on the author of all books."""
    made = books(n)
    Book.objects.update(author=made[0].author)
    return Comment.objects.create(target=made[0].author, text="Text")


def book_comments(n):
    """Two on every book, by the generic relation."""
    made = books(n)
    Comment.objects.bulk_create(Comment(target=book, text="Text") for book in made for _ in range(2))
    return made


def favourites(n):
    return Favourite.objects.bulk_create(Favourite(thing=book, position=i) for i, book in enumerate(books(n)))


def films(n):
    """Multi-table rows cannot be made in bulk."""
    people = authors(2 * n)
    return [Film.objects.create(title=f"Film {i}", owner=people[i], director=people[n + i]) for i in range(n)]


def media(n):
    """Films and songs by turns."""
    people = authors(n)
    for i, person in enumerate(people):
        if i % 2:
            Song.objects.create(title=f"Song {i}", owner=person)
        else:
            Film.objects.create(title=f"Film {i}", owner=person, director=person)


def categories(n):
    """Roots with one child each, which have one child each."""
    roots = Category.objects.bulk_create(Category(name=f"Root {i}") for i in range(n))
    middle = Category.objects.bulk_create(Category(name=f"Middle {root.pk}", parent=root) for root in roots)
    Category.objects.bulk_create(Category(name=f"Leaf {one.pk}", parent=one) for one in middle)
    return roots


def category_chain(n):
    """One branch, as deep as asked."""
    node = None
    for i in range(n):
        node = Category.objects.create(name=f"Level {i}", parent=node)
    return node


def orders(n):
    """Each by a customer of its own, with two lines."""
    users = User.objects.bulk_create(User(username=f"user{i}", email=f"u{i}@example.org") for i in range(n))
    customers = Customer.objects.bulk_create(Customer(user=user) for user in users)
    made = Order.objects.bulk_create(
        Order(customer=customer, number=f"N{i}") for i, customer in enumerate(customers)
    )
    products = books(2 * n)
    Line.objects.bulk_create(Line(order=made[i // 2], product=book) for i, book in enumerate(products))
    return made


def books_of_author(n):
    """The first author wrote them all; the publishers differ."""
    made = books(n)
    Book.objects.update(author=made[0].author)
    return made


def uneven_orders(n):
    """The first with one line, the second with two, and so on up to three; all of different books."""
    made = orders(n)
    spare = iter(Book.objects.order_by("pk"))
    Line.objects.all().delete()
    Line.objects.bulk_create(
        Line(order=order, product=next(spare)) for i, order in enumerate(made) for _ in range(i % 3 + 1)
    )
    return made


def lines_of_one_order(n):
    """A hundred lines, one order."""
    made = orders(n)
    Line.objects.update(order=made[0])
    return made


def stock(n):
    """One row per book, each in a branch of its own, and a count of each."""
    made = books(n)
    branches = Branch.objects.bulk_create(Branch(name=f"Branch {i}") for i in range(n))
    rows = Stock.objects.bulk_create(
        Stock(branch=branch, book=book, quantity=5, note="Note")
        for branch, book in zip(branches, made, strict=True)
    )
    StockCount.objects.bulk_create(StockCount(branch=row.branch, book=row.book, counted=4) for row in rows)
    return rows


def shipments(n):
    """Each from a warehouse of its own to another of its own."""
    depots = Warehouse.objects.bulk_create(Warehouse(code=f"W{i}", city=f"City {i}") for i in range(2 * n))
    return Shipment.objects.bulk_create(
        Shipment(number=f"S{i}", source=depots[2 * i], target=depots[2 * i + 1], memo="Long")
        for i in range(n)
    )


def users(n):
    """Each with a group of its own that holds one permission."""
    made = User.objects.bulk_create(User(username=f"user{i}") for i in range(n))
    permission = Permission.objects.get(codename="view_book")
    for i, user in enumerate(made):
        group = Group.objects.create(name=f"Group {i}")
        group.permissions.add(permission)
        user.groups.add(group)
    return made


def archived_books(n):
    """In the second database."""
    return books(n, using="archive")


def content_types():
    """The types that generic keys lead to, for a warm cache."""
    return ContentType.objects.get_for_models(Book, Author)


def widening_categories(n):
    """Roots with two children each, which have two children each."""
    level = [None] * n
    for depth in range(3):
        parents = level if depth == 0 else [parent for parent in level for _ in range(2)]
        level = Category.objects.bulk_create(Category(name=f"Level {depth}", parent=one) for one in parents)
    return level
