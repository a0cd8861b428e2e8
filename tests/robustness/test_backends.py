"""What each database is really sent: a statement for each row is one fingerprint and one finding everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import CharField, Count, Exists, F, JSONField, Lookup, OuterRef, Value, Window
from django.db.models.functions import Cast, Rank, TruncMonth
from django.test.utils import CaptureQueriesContext, register_lookup

import django_querywatch
from django_querywatch.capture import query_groups
from example_project.shop.models import Category, Customer, Order, OrderItem, Product
from tests.robustness.visiting import fill

pytestmark = pytest.mark.django_db
ALL = ("sqlite", "postgresql", "mysql")
POSTGRES = ("postgresql",)


class NotEqual(Lookup):  # type: ignore[type-arg]
    """Somebody's own, from Django's documentation."""

    lookup_name = "not_equal"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} <> {right}", [*left_params, *right_params]


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked with a number, and what its statement must hold on a backend, to be the one that is meant."""

    ask: Callable[[int], Any]
    holds: dict[str, str]
    kind: str | None = "n_plus_one"
    """None: a batch, of which many are no finding."""


def everywhere(text: str) -> dict[str, str]:
    return dict.fromkeys(ALL, text)


def key_of_json(number: int) -> Any:
    return list(Order.objects.annotate(data=document()).filter(data__a=number))


def document() -> Any:
    return Cast(Value('{"a": 1, "b": [1, 2]}'), JSONField())


def contained_json(number: int) -> Any:
    return list(Order.objects.annotate(data=document()).filter(data__contains={"a": number}))


def searched(number: int) -> Any:
    from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector

    vector, query = SearchVector("reference", config="english"), SearchQuery(f"s{number}", config="english")
    return list(Order.objects.annotate(at=vector, rank=SearchRank(vector, query)).filter(at=query))


def in_array(number: int) -> Any:
    from django.contrib.postgres.aggregates import ArrayAgg

    return list(Order.objects.annotate(keys=ArrayAgg("items__product")).filter(keys__contains=[number]))


def any_of_array(number: int) -> Any:
    return list(Order.objects.raw("SELECT * FROM shop_order WHERE id = ANY(%s)", [[number, number + 1]]))


def ranked(number: int) -> Any:
    rank = Window(Rank(), partition_by=F("user"), order_by="pk")
    return list(Order.objects.annotate(rank=rank).filter(rank__lte=number))


def upserted(number: int) -> Any:
    names = None if connection.vendor == "mysql" else ["name"]
    row = [Category(name=f"upserted {number}")]
    return Category.objects.bulk_create(
        row, update_conflicts=True, update_fields=["name"], unique_fields=names
    )


def with_own_lookup(number: int) -> Any:
    with register_lookup(CharField, NotEqual):
        return list(Order.objects.filter(reference__not_equal=f"S-{number}"))


def locked(number: int) -> Any:
    return list(Order.objects.select_for_update().filter(pk=number))


CASES = {
    "insert with returning": Case(
        lambda number: Category.objects.create(name=f"new {number}"),
        {"sqlite": "RETURNING", "postgresql": "RETURNING", "mysql": "INSERT INTO"},
        "n_plus_one_write",
    ),
    "insert or ignore": Case(
        lambda number: Category.objects.bulk_create([Category(name=f"new {number}")], ignore_conflicts=True),
        {"sqlite": "INSERT OR IGNORE", "postgresql": "ON CONFLICT DO NOTHING", "mysql": "INSERT IGNORE"},
        None,
    ),
    "upsert": Case(
        upserted,
        {"sqlite": "ON CONFLICT", "postgresql": "ON CONFLICT", "mysql": "ON DUPLICATE KEY"},
        None,
    ),
    "key of json": Case(key_of_json, {"sqlite": "JSON", "postgresql": "->", "mysql": "JSON_EXTRACT"}),
    "contained json": Case(contained_json, {"postgresql": "@>", "mysql": "JSON_CONTAINS"}),
    "full text": Case(searched, {"postgresql": "to_tsvector"}),
    "array": Case(in_array, {"postgresql": "ARRAY_AGG"}),
    "any of array": Case(any_of_array, {"postgresql": "ANY("}),
    "window": Case(ranked, everywhere("PARTITION BY")),
    "own lookup": Case(with_own_lookup, everywhere("<>")),
    "lock": Case(locked, {"postgresql": "FOR UPDATE", "mysql": "FOR UPDATE"}),
    "list of values": Case(
        lambda number: list(Order.objects.filter(pk__in=range(number + 1))), everywhere("IN (")
    ),
    "union": Case(
        lambda number: list(
            Order.objects.order_by().filter(pk=number).union(Order.objects.order_by().filter(user=number))
        ),
        everywhere("UNION"),
    ),
    "month": Case(
        lambda number: list(Order.objects.filter(pk__gt=number).annotate(at=TruncMonth("placed_at"))),
        {"sqlite": "django_datetime_trunc", "postgresql": "DATE_TRUNC", "mysql": "CAST("},
    ),
    "exists": Case(
        lambda number: list(
            Product.objects.filter(Exists(OrderItem.objects.filter(product=OuterRef("pk"), order=number)))
        ),
        everywhere("EXISTS"),
    ),
    "group": Case(
        lambda number: list(User.objects.filter(order__pk=number).annotate(size=Count("order"))),
        everywhere("GROUP BY"),
    ),
}


@pytest.fixture(autouse=True)
def shop() -> None:
    fill()


@pytest.mark.parametrize("name", CASES)
def test_a_statement_for_each_row_is_one_finding(name: str) -> None:
    case = _case_here(name)
    keys = sorted(Order.objects.values_list("pk", flat=True))
    with django_querywatch.record() as recording, CaptureQueriesContext(connection) as sent:
        for key in keys:
            case.ask(key)
    own = [query["sql"] for query in sent if case.holds[connection.vendor] in query["sql"]]
    assert len(own) == len(keys), [query["sql"] for query in sent]
    report = recording.report()
    assert not report.failed
    groups = [group for group in query_groups(recording.recorder.counts, None) if group.count == len(keys)]
    assert len({group.fingerprint for group in groups}) == 1
    assert [finding.kind for finding in report.findings] == ([case.kind] if case.kind else [])
    for finding in report.findings:
        assert finding.count == len(keys)
        assert finding.location is not None
        assert finding.location.file.endswith("test_backends.py")


@pytest.mark.parametrize("name", CASES)
def test_the_same_statement_once_is_none(name: str) -> None:
    case = _case_here(name)
    with django_querywatch.record() as recording:
        case.ask(1)
    assert recording.query_count
    assert recording.report().findings == ()


def _case_here(name: str) -> Case:
    case = CASES[name]
    if connection.vendor not in case.holds:
        pytest.skip(f"{connection.vendor} has no such statement")
    return case


@pytest.mark.parametrize(
    ("fetch", "fixed", "told"),
    [
        (
            lambda: [order.user.email for order in Order.objects.all()],
            lambda: [order.user.email for order in Order.objects.select_related("user")],
            "shop.Order.user",
        ),
        (
            lambda: [len(order.items.all()) for order in Order.objects.all()],
            lambda: [len(order.items.all()) for order in Order.objects.prefetch_related("items")],
            "shop.Order.items",
        ),
        (
            lambda: [len(product.categories.all()) for product in Product.objects.all()],
            lambda: [
                len(product.categories.all()) for product in Product.objects.prefetch_related("categories")
            ],
            "shop.Product.categories",
        ),
        (
            lambda: [customer.user.username for customer in Customer.objects.iterator(chunk_size=2)],
            lambda: [
                row.user.username for row in Customer.objects.select_related("user").iterator(chunk_size=2)
            ],
            "shop.Customer.user",
        ),
    ],
    ids=["forward", "reverse", "many to many", "iterator"],
)
def test_relations_are_named(fetch: Callable[[], Any], fixed: Callable[[], Any], told: str) -> None:
    with django_querywatch.record() as recording:
        before = fetch()
    (finding,) = recording.report().findings
    assert (f"{finding.model}.{finding.field}", finding.certainty) == (told, "certain")
    with django_querywatch.record() as recording:
        assert fixed() == before
    assert recording.report().findings == ()
