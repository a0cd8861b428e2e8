"""Views that load what nobody reads."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from example_project.shop.models import Order, OrderItem, Product, Review


def joined(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(review.text for review in reviews))


def prefetched_items(request: HttpRequest) -> HttpResponse:
    orders = Order.objects.prefetch_related("items")
    return HttpResponse(",".join(order.reference for order in orders))


def prefetched_one(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.prefetch_related("author")
    return HttpResponse(",".join(review.text for review in reviews))


def many_to_many(request: HttpRequest) -> HttpResponse:
    products = Product.objects.prefetch_related("categories")
    return HttpResponse(",".join(product.name for product in products))


def reverse_one(request: HttpRequest) -> HttpResponse:
    users = User.objects.select_related("customer")
    return HttpResponse(",".join(user.username for user in users))


def deeper(request: HttpRequest) -> HttpResponse:
    """The items are read, and of these the products are not."""
    orders = Order.objects.prefetch_related("items__product")
    return HttpResponse(",".join(str(item.quantity) for order in orders for item in order.items.all()))


def deeper_from_the_first(request: HttpRequest) -> HttpResponse:
    items = OrderItem.objects.select_related("order__user")
    return HttpResponse(",".join(str(item.quantity) for item in items))


def author_of_two(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("product", "author")
    return HttpResponse(",".join(review.product.name for review in reviews))


def by_template(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    return render(request, "eager/reviews.html", {"reviews": reviews})


def repeated(request: HttpRequest) -> HttpResponse:
    """Loads its rows often, in each request."""
    for _ in range(5):
        len(Review.objects.select_related("author"))
    return HttpResponse("repeated")


class ByClass(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(",".join(review.text for review in self.all_their_reviews()))

    def all_their_reviews(self):
        return Review.objects.select_related("author")
