"""Views that load large columns: some that nobody reads, some that somebody reads or may."""

import copy
import json
import pickle
from typing import Any

from django.core import serializers
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from example_project.shop.models import Review

kept: list[Any] = []


def wasted(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.all()
    return HttpResponse(",".join(str(review.stars) for review in reviews))


def wasted_by_filter(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.filter(text__contains="x").order_by("pk")
    return HttpResponse(",".join(str(review.stars) for review in reviews))


def wasted_by_only(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.only("stars", "text")
    return HttpResponse(",".join(str(review.stars) for review in reviews))


def wasted_one(request: HttpRequest) -> HttpResponse:
    review = Review.objects.earliest("pk")
    return HttpResponse(str(review.stars))


def read(request: HttpRequest) -> HttpResponse:
    return HttpResponse(",".join(review.text[:1] for review in Review.objects.all()))


def read_on_a_condition(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.all()
    return HttpResponse(",".join(review.text if review.stars > 5 else "" for review in reviews))


def read_by_name(request: HttpRequest) -> HttpResponse:
    names = ["stars", *request.GET.getlist("name")]
    return HttpResponse(str([getattr(review, name) for review in Review.objects.all() for name in names]))


def read_in_a_dict(request: HttpRequest) -> HttpResponse:
    return HttpResponse(",".join(str(len(vars(review))) for review in Review.objects.all()))


def read_by_a_copy(request: HttpRequest) -> HttpResponse:
    return HttpResponse(",".join(copy.copy(review).text[:1] for review in Review.objects.all()))


def read_by_a_pickle(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(pickle.dumps(list(Review.objects.all())))))


def read_by_a_serializer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(serializers.serialize("json", Review.objects.all()))


def read_by_a_form(request: HttpRequest) -> HttpResponse:
    class ReviewForm(ModelForm):
        class Meta:
            model = Review
            fields = "__all__"  # noqa: DJ007 - as many do

    return HttpResponse("".join(ReviewForm(instance=review).as_p() for review in Review.objects.all()))


def read_by_saving(request: HttpRequest) -> HttpResponse:
    for review in Review.objects.all():
        review.stars = 3
        review.save()
    return HttpResponse("saved")


def read_in_a_template(request: HttpRequest) -> HttpResponse:
    return render(request, "eager/texts.html", {"reviews": Review.objects.all()})


def small(request: HttpRequest) -> HttpResponse:
    Review.objects.update(text="short")
    return HttpResponse(",".join(str(review.stars) for review in Review.objects.all()))


def deferred(request: HttpRequest) -> HttpResponse:
    return HttpResponse(",".join(str(review.stars) for review in Review.objects.defer("text")))


def still_held(request: HttpRequest) -> HttpResponse:
    reviews = Review.objects.all()
    kept.extend(reviews)
    return HttpResponse(json.dumps([review.stars for review in reviews]))
