"""One file per corner of the domain."""

from tests.accuracy.shelf.models.audit import AuditEntry, SiteSetting
from tests.accuracy.shelf.models.books import (
    Book,
    BookQuerySet,
    Contribution,
    Edition,
    FeaturedBook,
    Review,
    Series,
    Tag,
    TagGroup,
)
from tests.accuracy.shelf.models.generic import Comment, Favourite
from tests.accuracy.shelf.models.media import Film, Media, Song
from tests.accuracy.shelf.models.people import Author, Country, Profile, Publisher, Region
from tests.accuracy.shelf.models.sales import Branch, Customer, Line, Order, Stock, StockCount
from tests.accuracy.shelf.models.trees import Category, Page
from tests.accuracy.shelf.models.warehouse import Shipment, Warehouse

__all__ = [
    "AuditEntry",
    "Author",
    "Book",
    "BookQuerySet",
    "Branch",
    "Category",
    "Comment",
    "Contribution",
    "Country",
    "Customer",
    "Edition",
    "Favourite",
    "FeaturedBook",
    "Film",
    "Line",
    "Media",
    "Order",
    "Page",
    "Profile",
    "Publisher",
    "Region",
    "Review",
    "Series",
    "Shipment",
    "SiteSetting",
    "Song",
    "Stock",
    "StockCount",
    "Tag",
    "TagGroup",
    "Warehouse",
]
