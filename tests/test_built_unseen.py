"""Querysets built before anything was watched, as where only `record()` is used: no line passes for theirs."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import path
from django.views.generic import ListView

from django_querywatch import record
from django_querywatch.capture.lineage import ATTRIBUTE
from django_querywatch.capture.places import source_line
from django_querywatch.records import Finding
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order

pytestmark = pytest.mark.django_db
ROWS = 3
EMAILS = engines["django"].from_string("{% for order in object_list %}{{ order.user.email }}{% endfor %}")
ORDERS = Order.objects.order_by("pk")


class Declared(ListView):
    queryset = Order.objects.order_by("pk")

    def get_template_names(self):
        return EMAILS


class Paged(Declared):
    paginate_by = ROWS

    def get_queryset(self):
        queryset = super().get_queryset()
        return queryset.filter(pk__gt=0)


class Looping(Declared):
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for order in context["object_list"]:
            assert order.user.email
        return context


class Another(Declared):
    """Its queryset is of another model than the rows."""

    queryset = Order._meta.get_field("user").related_model.objects.order_by("pk")

    def get_context_data(self, **kwargs):
        return {"object_list": ORDERS.all()}


def by_function(request: HttpRequest) -> HttpResponse:
    return HttpResponse(EMAILS.render({"object_list": ORDERS.all()}))


VIEWS = [Declared.as_view(), Paged.as_view(), Looping.as_view(), Another.as_view(), by_function]
urlpatterns = [path(f"{number}/", view) for number, view in enumerate(VIEWS)]


@pytest.fixture(autouse=True)
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if they had been built before the wraps were there."""
    OrderFactory.create_batch(ROWS)
    for queryset in (ORDERS, Declared.queryset, Another.queryset):
        monkeypatch.delitem(queryset.query.__dict__, ATTRIBUTE, raising=False)


def finding_at(number: int) -> Finding:
    with record() as recording, override_settings(ROOT_URLCONF=__name__):
        assert Client().get(f"/{number}/").status_code == 200
    report = recording.report()
    assert not report.failed
    (finding,) = report.findings
    assert (finding.kind, finding.count) == ("n_plus_one", ROWS)
    assert finding.suggestion == 'select_related("user")'
    return finding


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_view_that_declares_one_is_where_it_was_built(number: int) -> None:
    origin = finding_at(number).origin
    assert origin is not None
    assert origin.function == "Declared"
    assert source_line(origin) == 'queryset = Order.objects.order_by("pk")'


@pytest.mark.parametrize("number", [3, 4])
def test_elsewhere_the_line_is_not_known(number: int) -> None:
    assert finding_at(number).origin is None
