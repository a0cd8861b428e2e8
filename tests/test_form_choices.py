"""Form fields whose choices are a relation of a row: built in a loop, asked for by the form one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from django import forms
from django.template import Context, Engine

from django_querywatch import record
from django_querywatch.records import Report
from example_project.shop.factories import OrderFactory, OrderItemFactory
from example_project.shop.models import Order

pytestmark = pytest.mark.django_db
ROWS = 4
FIELDS = Engine().from_string("{% for field in form %}{{ field }}{% endfor %}")


@pytest.fixture(autouse=True)
def shop() -> None:
    for order in OrderFactory.create_batch(ROWS):
        OrderItemFactory.create_batch(2, order=order)


class ItemsOfOrders(forms.Form):
    def __init__(self, orders: Iterable[Order]) -> None:
        super().__init__()
        for order in orders:
            items = order.items.select_related("product")
            self.fields[f"item_of_{order.pk}"] = forms.ModelChoiceField(queryset=items)


class ListedItems(forms.Form):
    """The same from a prefetch."""

    def __init__(self, orders: Iterable[Order]) -> None:
        super().__init__()
        for order in orders:
            choices = [(item.pk, str(item)) for item in order.items.all()]
            self.fields[f"item_of_{order.pk}"] = forms.ChoiceField(choices=choices)


class ItemsOfThree(forms.Form):
    """Each field is written out."""

    def __init__(self, orders: Iterable[Order]) -> None:
        super().__init__()
        first, second, third, *_others = orders
        self.fields["first"] = forms.ModelChoiceField(first.items.select_related("product"))
        self.fields["second"] = forms.ModelChoiceField(second.items.select_related("product"))
        self.fields["third"] = forms.ModelChoiceField(third.items.select_related("product"))


def shown(make_form: Callable[[], forms.Form]) -> Report:
    with record() as recording:
        assert "<option" in FIELDS.render(Context({"form": make_form()}))
    report = recording.report()
    assert not report.failed
    return report


@pytest.mark.parametrize("prefetched", [(), ("items",)])
def test_a_field_for_each_row_asks_for_its_choices(prefetched: tuple[str, ...]) -> None:
    orders = Order.objects.prefetch_related(*prefetched)
    (finding,) = shown(lambda: ItemsOfOrders(orders)).findings
    assert (finding.kind, finding.certainty, finding.path) == ("n_plus_one", "certain", "items")
    assert (finding.count, finding.suggestion) == (ROWS, None)
    assert "whatever was prefetched" in (finding.advice or "")


def test_a_list_of_choices_is_not_asked_for() -> None:
    report = shown(lambda: ListedItems(Order.objects.prefetch_related("items__product")))
    assert (report.findings, report.query_count) == ((), 3)


def test_fields_that_are_written_out_are_no_loop() -> None:
    assert shown(lambda: ItemsOfThree(Order.objects.all())).findings == ()


def test_what_is_read_of_choices_is_no_prefetch_of_the_rows() -> None:
    class Names(ItemsOfOrders):
        def __init__(self, orders: Iterable[Order]) -> None:
            super().__init__(orders)
            for field in self.fields.values():
                field.queryset = field.queryset.select_related(None)

    findings = shown(lambda: Names(Order.objects.all())).findings
    (product,) = [finding for finding in findings if finding.path == "items__product"]
    assert (product.count, product.suggestion) == (2 * ROWS, None)
