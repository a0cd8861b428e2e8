"""The shop's data, made by Factory Boy: the same from the same seed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import factory
from django.contrib.auth.models import User
from factory.django import DjangoModelFactory
from factory.random import randgen, reseed_random

from example_project.shop.models import Category, Customer, Order, OrderItem, Product, Review

CATEGORIES = ["Books", "Garden", "Kitchen", "Music", "Office", "Outdoors", "Tools", "Toys"]
FIRST_ORDER = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda number: f"customer-{number}")
    first_name = factory.Faker("first_name")
    last_name = factory.Faker("last_name")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer

    user = factory.SubFactory(UserFactory)
    city = factory.Faker("city")


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda number: f"Category {number}")


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product
        skip_postgeneration_save = True

    name = factory.Faker("catch_phrase")
    price = factory.LazyFunction(lambda: Decimal(randgen.randrange(100, 10_000)) / 100)
    stock = factory.LazyFunction(lambda: randgen.randrange(100))

    @factory.post_generation
    def categories(self: Product, create: bool, categories: list[Category] | None, **kwargs: object) -> None:
        if create and categories:
            self.categories.set(categories)


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = Order

    user = factory.SubFactory(UserFactory)
    reference = factory.Sequence(lambda number: f"S-{number}")
    status = factory.Iterator(Order.Status)
    placed_at = factory.Sequence(lambda number: FIRST_ORDER + timedelta(hours=7 * number))


class OrderItemFactory(DjangoModelFactory):
    class Meta:
        model = OrderItem

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    quantity = factory.LazyFunction(lambda: randgen.randrange(1, 5))
    unit_price = factory.SelfAttribute("product.price")


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = Review

    product = factory.SubFactory(ProductFactory)
    author = factory.SubFactory(UserFactory)
    stars = factory.LazyFunction(lambda: randgen.randrange(1, 6))
    text = factory.Faker("sentence")


def fill_shop(*, seed: int = 2026) -> None:
    """Make 30 customers, 40 products, 50 orders, 200 items and 60 reviews."""
    start_again(seed)
    users = [customer.user for customer in CustomerFactory.create_batch(30)]
    categories = [CategoryFactory(name=name) for name in CATEGORIES]
    products = [ProductFactory(categories=randgen.sample(categories, 2)) for _ in range(40)]
    for _ in range(50):
        order = OrderFactory(user=randgen.choice(users))
        for product in randgen.sample(products, 4):
            OrderItemFactory(order=order, product=product)
    for _ in range(60):
        ReviewFactory(product=randgen.choice(products), author=randgen.choice(users))


def empty_shop() -> None:
    for model in (Order, Product, Category):
        model.objects.all().delete()
    User.objects.filter(customer__isnull=False).delete()


def start_again(seed: int) -> None:
    reseed_random(seed)
    OrderFactory.status.reset()
    for numbered in (UserFactory, CategoryFactory, OrderFactory):
        numbered.reset_sequence(1, force=True)
