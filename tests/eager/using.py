"""Views that read what they load, in ways of all kinds, and views of which that is not known."""

import copy
import json
import pickle
import threading
from operator import attrgetter
from typing import Any

from django.core.cache import cache
from django.core.serializers import serialize
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.views.generic import ListView

from example_project.shop.models import Customer, Order, OrderItem, Product, Review
from tests.eager.helpers import LABELS, called, described, named_later

kept: list[Any] = []


def plainly(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(review.author.email for review in reviews))


def prefetched(request: HttpRequest) -> HttpResponse:
    orders = Order.objects.prefetch_related("items")
    return HttpResponse(",".join(str(len(order.items.all())) for order in orders))


def many_to_many(request: HttpRequest) -> HttpResponse:
    products = Product.objects.prefetch_related("categories")
    return HttpResponse(",".join(str(product.categories.count()) for product in products))


def deeper(request: HttpRequest) -> HttpResponse:
    orders = Order.objects.prefetch_related("items__product")
    return HttpResponse(",".join(item.product.name for order in orders for item in order.items.all()))


def on_a_condition(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    found = [review.author.email if review.text == "never" else review.text for review in reviews]
    return HttpResponse(",".join(found))


def in_a_template(request: HttpRequest) -> HttpResponse:
    return render(request, "eager/rarely.html", {"reviews": Review.objects.select_related("author")})


def in_a_template_response(request: HttpRequest) -> TemplateResponse:
    return TemplateResponse(
        request, "eager/rarely.html", {"reviews": Review.objects.select_related("author")}
    )


def in_an_included_template(request: HttpRequest) -> HttpResponse:
    return render(request, "eager/includes.html", {"reviews": Review.objects.select_related("author")})


class Listed(ListView):
    """Its template is named where nobody looks."""

    context_object_name = "reviews"

    def get_queryset(self):
        return Review.objects.select_related("author")

    def get_template_names(self):
        return ["eager/rarely.html"]


def in_a_helper(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(described(review) for review in reviews))


def in_a_table_of_functions(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(LABELS[review.text == "never"](review) for review in reviews))


def in_a_method_of_something(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(called(review) for review in reviews))


def by_a_name_made_up(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(str(named_later(review, "")) for review in reviews))


def by_a_getter_made_up(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    get = attrgetter("aut" + "hor") if request.GET.get("authors") else attrgetter("text")
    return HttpResponse(",".join(str(get(review)) for review in reviews))


def in_an_import(request: HttpRequest) -> HttpResponse:
    from .helpers import described as told

    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(told(review) for review in reviews))


def in_str_alone(request: HttpRequest) -> HttpResponse:
    """`Customer.__str__` reads the user."""
    customers = Customer.objects.select_related("user")
    return HttpResponse(",".join(map(str, customers)))


def in_str_on_a_condition(request: HttpRequest) -> HttpResponse:
    customers = Customer.objects.select_related("user")
    return HttpResponse(",".join(str(one) if one.city == "never" else one.city for one in customers))


def pickled(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(pickle.dumps(list(Review.objects.select_related("author"))))))


def pickled_prefetch(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(pickle.dumps(list(Order.objects.prefetch_related("items"))))))


def cached(request: HttpRequest) -> HttpResponse:
    cache.set("reviews", list(Review.objects.select_related("author")))
    return HttpResponse("cached")


def copied(request: HttpRequest) -> HttpResponse:
    copies = [copy.copy(review) for review in Review.objects.select_related("author")]
    return HttpResponse(str(len(copies)))


def copied_deeply(request: HttpRequest) -> HttpResponse:
    copies = copy.deepcopy(list(Order.objects.prefetch_related("items")))
    return HttpResponse(str(len(copies)))


def looked_through(request: HttpRequest) -> HttpResponse:
    """Somebody's own serializer goes through all that an object holds."""
    orders = Order.objects.prefetch_related("items")
    return HttpResponse(json.dumps([_plain(vars(order)) for order in orders], default=str))


def _plain(value: Any) -> Any:
    return {key: _plain(inner) for key, inner in value.items()} if isinstance(value, dict) else str(value)


def taken_from_the_dict(request: HttpRequest) -> HttpResponse:
    orders = Order.objects.prefetch_related("items")
    found = [vars(order)["_prefetched_objects_cache"]["items"] for order in orders]
    return HttpResponse(str(sum(map(len, found))))


def taken_from_the_state(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(vars(review._state)["fields_cache"]["author"].email for review in reviews))


def unpacked(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(str({**review._state.fields_cache}) for review in reviews))


def serialized(request: HttpRequest) -> HttpResponse:
    """By natural keys: `User` has one."""
    reviews = Review.objects.select_related("author")
    return HttpResponse(serialize("json", reviews, use_natural_foreign_keys=True))


def in_a_thread(request: HttpRequest) -> HttpResponse:
    reviews = list(Review.objects.select_related("author"))
    thread = threading.Thread(target=lambda: [review.author for review in reviews])
    thread.start()
    thread.join()
    return HttpResponse("read")


def kept_for_later(request: HttpRequest) -> HttpResponse:
    kept.extend(Review.objects.select_related("author"))
    return HttpResponse("kept")


def by_attribute(request: HttpRequest) -> HttpResponse:
    orders = Order.objects.prefetch_related(Prefetch("items", to_attr="lines"))
    return HttpResponse(str(sum(len(order.lines) for order in orders)))


def locked(request: HttpRequest) -> HttpResponse:
    """The join locks the authors, too."""
    with transaction.atomic():
        reviews = Review.objects.select_related("author").select_for_update()
        return HttpResponse(",".join(review.text for review in reviews))


def one_by_one(request: HttpRequest) -> HttpResponse:
    orders = Order.objects.prefetch_related("items").iterator(chunk_size=10)
    return HttpResponse(",".join(order.reference for order in orders))


def by_a_variable(request: HttpRequest) -> HttpResponse:
    """No line is known to be wrong: whoever calls with another name may need it."""
    names = ["auth" + "or"]
    reviews = Review.objects.select_related(*names)
    return HttpResponse(",".join(review.text for review in reviews))


def added_later(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.all()
    reviews = reviews.select_related("author")
    return HttpResponse(",".join(review.text for review in reviews))


def _with_authors():
    return Review.objects.select_related("author")


def through_a_helper(request: HttpRequest) -> HttpResponse:
    """Reads nothing; `never_asked`, which calls the same helper, does."""
    return HttpResponse(",".join(review.text for review in _with_authors()))


def never_asked(request: HttpRequest) -> HttpResponse:
    return HttpResponse(",".join(review.author.email for review in _with_authors()))


def nobody_there(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.filter(stars=0).select_related("author")
    return HttpResponse(",".join(review.text for review in reviews))


def saved(request: HttpRequest) -> HttpResponse:
    for item in OrderItem.objects.select_related("product"):
        item.save()
    return HttpResponse("saved")
