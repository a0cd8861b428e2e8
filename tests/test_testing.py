"""assertNoNPlusOne and assertQueriesConstant: what fails, what passes, and what a failure says."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client, SimpleTestCase, TestCase

from django_querywatch import pause
from django_querywatch.testing import QueryWatchTestMixin, assertNoNPlusOne, assertQueriesConstant
from example_project.shop.factories import OrderFactory, ProductFactory
from example_project.shop.models import Order, Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders():
    """Five orders of five users."""
    return OrderFactory.create_batch(5)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def emails() -> list[str]:
    return [order.user.email for order in Order.objects.all()]


def emails_at_once() -> list[str]:
    return [order.user.email for order in Order.objects.select_related("user")]


def test_a_block_with_an_n_plus_one_fails_with_line_queryset_fix_and_sql(orders):
    with pytest.raises(AssertionError) as caught, assertNoNPlusOne():
        emails()
    text = str(caught.value)
    assert text.startswith("N+1: shop.Order.user fetched 5 times")
    assert "tests/test_testing.py:" in text
    assert "queryset built at" in text
    assert 'fix: Order.objects.select_related("user")    6 -> 1 queries' in text
    assert f"sql: select {quoted('auth_user')}.{quoted('id')}" in text


def test_the_same_block_with_the_fix_passes(orders):
    with assertNoNPlusOne() as recording:
        assert len(emails_at_once()) == 5
    assert recording.query_count == 1


def test_every_finding_is_shown(orders):
    with pytest.raises(AssertionError) as caught, assertNoNPlusOne():
        emails()
        for product in ProductFactory.create_batch(4):
            product.save()
    assert "N+1: shop.Order.user" in str(caught.value)
    assert "N+1 write: shop.Product" in str(caught.value)


def test_as_a_callable_it_gives_arguments_on_and_the_result_back(orders):
    assert assertNoNPlusOne(sorted, emails_at_once(), reverse=True) == sorted(emails_at_once(), reverse=True)
    with pytest.raises(AssertionError, match=r"N\+1: shop\.Order\.user"):
        assertNoNPlusOne(emails)


@pytest.mark.parametrize("path", ["/orders/", "/api/orders/"])
def test_the_test_client_is_watched(orders, path):
    with pytest.raises(AssertionError, match=r"N\+1: shop\.Order\.user fetched 5 times"):
        assertNoNPlusOne(Client().get, path)
    assert assertNoNPlusOne(Client().get, f"{path}fixed/").status_code == 200


def test_one_row_fails_only_when_asked(db):
    OrderFactory()
    with assertNoNPlusOne():
        emails()
    with (
        pytest.raises(AssertionError, match=r"potential N\+1: shop\.Order\.user"),
        assertNoNPlusOne(potential=True),
    ):
        emails()
    with assertNoNPlusOne(potential=True):
        emails_at_once()


def test_kinds_choose_what_fails(orders):
    with assertNoNPlusOne(kinds=["n_plus_one_write"]):
        emails()
    with pytest.raises(AssertionError, match="duplicate"), assertNoNPlusOne(kinds="duplicate"):
        Order.objects.count()
        Order.objects.count()


def test_the_threshold_is_the_number_at_which_it_fails(orders):
    with assertNoNPlusOne(threshold=6):
        emails()
    with pytest.raises(AssertionError), assertNoNPlusOne(threshold=5):
        emails()


def test_a_budget_names_the_most_frequent_queries(orders):
    with assertNoNPlusOne(max_queries=1):
        emails_at_once()
    with pytest.raises(AssertionError) as caught, assertNoNPlusOne(max_queries=1):
        Order.objects.count()
        Product.objects.count()
    assert str(caught.value).startswith(
        "2 queries made, and max_queries allows 1; the most frequent:\n  once: select"
    )


@pytest.mark.django_db(databases=["default", "other"])
def test_using_names_the_aliases_that_count(orders):
    with assertNoNPlusOne(using="other", max_queries=0):
        emails()
    with pytest.raises(AssertionError), assertNoNPlusOne(using=["default"]):
        emails()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kinds": ["n_plus_on"]}, "kinds: unknown kind 'n_plus_on'; did you mean 'n_plus_one'?"),
        ({"kinds": []}, "kinds: without any kind"),
        ({"threshold": 1}, "threshold: must be a whole number from 2 on, not 1"),
        ({"max_queries": -1}, "max_queries: must be a whole number from 0 on, not -1"),
        ({"using": "defualt"}, "using: unknown database alias 'defualt'; did you mean 'default'?"),
        ({"using": []}, "using: without any alias nothing could ever fail"),
        ({"ignore": [{"relatoin": "shop.Order.user"}]}, "ignore: entry 0 has the unknown key 'relatoin'"),
        ({"ignore": [{"relation": "shop.Order.usr"}]}, "ignore: entry 0 names 'usr'"),
    ],
)
def test_a_wrong_option_is_told_at_once(options, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        assertNoNPlusOne(**options)


def test_an_unknown_option_is_no_argument_of_nothing():
    with pytest.raises(TypeError, match="no option 'treshold'"):
        assertNoNPlusOne(treshold=3)


def test_the_blocks_own_exception_wins_and_carries_the_findings(orders):
    with pytest.raises(KeyError) as caught, assertNoNPlusOne():
        emails()
        raise KeyError("mine")
    (note,) = caught.value.__notes__
    assert note.startswith("assertNoNPlusOne found until then:\nN+1: shop.Order.user fetched 5 times")


def test_an_exception_without_findings_has_no_note(orders):
    with pytest.raises(KeyError) as caught, assertNoNPlusOne():
        raise KeyError("mine")
    assert not hasattr(caught.value, "__notes__")


def test_it_fails_loudly_where_nothing_could_have_been_seen(orders, monkeypatch):
    with pytest.raises(AssertionError, match="could not see the queries of the database 'default'"):
        with assertNoNPlusOne():
            monkeypatch.setattr(connections["default"], "execute_wrappers", [])
            emails()


def test_it_fails_loudly_where_the_tool_itself_failed(orders, monkeypatch):
    def broken(*args):
        raise RuntimeError("broken")

    monkeypatch.setattr("django_querywatch.capture.recorder.see", broken)
    with pytest.raises(AssertionError, match="django-querywatch itself failed"), assertNoNPlusOne():
        emails()


def test_it_fails_loudly_where_the_report_could_not_be_made(orders, monkeypatch):
    def broken(*args):
        raise RuntimeError("broken")

    monkeypatch.setattr("django_querywatch.recording.analyze", broken)
    with pytest.raises(AssertionError, match="django-querywatch itself failed"), assertNoNPlusOne():
        emails()
    with pytest.raises(KeyError, match="mine"), assertNoNPlusOne():
        raise KeyError("mine")


def test_it_sees_without_the_application_being_enabled(orders, settings):
    settings.QUERYWATCH = {"ENABLED": False}
    with pytest.raises(AssertionError, match=r"N\+1: shop\.Order\.user"), assertNoNPlusOne():
        emails()


def test_blocks_nest_and_pause_is_honoured(orders):
    with pytest.raises(AssertionError), assertNoNPlusOne(), assertNoNPlusOne(kinds="duplicate"):
        emails()
    with assertNoNPlusOne(), pause():
        emails()


class AsyncTests(QueryWatchTestMixin, TestCase):
    """Async blocks, coroutines and clients; the methods of the mixin."""

    @classmethod
    def setUpTestData(cls):
        OrderFactory.create_batch(3)

    async def test_an_async_block_fails_at_the_awaiting_line(self):
        with self.assertRaisesRegex(AssertionError, r"N\+1: shop\.Order\.user fetched 3 times") as caught:
            async with self.assertNoNPlusOne():
                async for order in Order.objects.all():
                    await sync_to_async(lambda order=order: order.user)()
        assert "test_testing.py" in str(caught.exception)

    async def test_an_async_client_is_watched(self):
        async with self.assertNoNPlusOne():
            await self.async_client.get("/orders/fixed/")
        with self.assertRaisesRegex(AssertionError, r"N\+1: shop\.Order\.user fetched 3 times"):
            await self.assertNoNPlusOne(self.async_client.get, "/orders/")

    async def test_queries_of_a_coroutine_grow(self):
        async def run():
            return [
                await sync_to_async(lambda order=order: order.user)() async for order in Order.objects.all()
            ]

        with self.assertRaisesRegex(AssertionError, "grows with the data"):
            await self.assertQueriesConstant(OrderFactory, run)

    def test_the_mixin_has_both_assertions(self):
        with self.assertRaisesRegex(AssertionError, r"N\+1: shop\.Order\.user"):
            self.assertNoNPlusOne(emails)
        self.assertQueriesConstant(OrderFactory, emails_at_once)


class WithoutDatabase(QueryWatchTestMixin, SimpleTestCase):
    databases = "__all__"  # no test here asks one, but the first test of a run creates them

    def test_a_block_without_queries_passes(self):
        with self.assertNoNPlusOne():
            pass


def test_requests_to_a_wsgi_server_in_another_thread_are_watched(orders, live_server):
    from urllib.request import urlopen

    with pytest.raises(AssertionError, match=r"N\+1: shop\.Order\.user fetched 5 times"), assertNoNPlusOne():
        urlopen(f"{live_server.url}/orders/").read()
    with assertNoNPlusOne() as recording:
        urlopen(f"{live_server.url}/orders/fixed/").read()
    assert recording.query_count == 1


# assertQueriesConstant


def test_growing_queries_fail_with_counts_fingerprint_and_line(db):
    with pytest.raises(AssertionError) as caught:
        assertQueriesConstant(OrderFactory, emails)
    text = str(caught.value)
    assert text.startswith(
        "The number of queries grows with the data: 2 at 1, 3 at 2, 6 at 5 rows.\n  1 -> 2 -> 5"
    )
    assert f"select {quoted('auth_user')}.{quoted('id')}" in text
    assert "tests/test_testing.py:" in text


def test_constant_queries_pass(db):
    assertQueriesConstant(OrderFactory, emails_at_once)
    assert Order.objects.count() == 5


def test_any_callable_makes_what_is_missing_at_each_scale(db):
    made = []
    assertQueriesConstant(
        lambda count: made.append(count) or OrderFactory.create_batch(count), emails_at_once, (0, 3, 4)
    )
    assert made == [3, 1]


def test_growth_behind_a_warm_cache_is_seen(db):
    """The first run fills a cache with more queries than the growth adds; the total shrinks."""
    cache = []

    def run():
        if not cache:
            cache.extend(User.objects.filter(pk=key).count() for key in range(20))
        emails()

    with pytest.raises(AssertionError, match="1 -> 2 -> 5"):
        assertQueriesConstant(OrderFactory, run)


def test_a_cache_that_is_filled_once_is_no_growth(db):
    cache = []

    def run():
        cache.append(None) or len(cache) > 1 or User.objects.count()
        emails_at_once()

    assertQueriesConstant(OrderFactory, run)


def test_a_run_without_queries_proves_nothing(db):
    with pytest.raises(AssertionError, match="run\\(\\) made no query at any scale"):
        assertQueriesConstant(OrderFactory, lambda: Order.objects.all())


def test_a_run_that_could_not_be_seen_proves_nothing(db, monkeypatch):
    def blinding():
        monkeypatch.setattr(connections["default"], "execute_wrappers", [])
        emails()

    with pytest.raises(AssertionError, match="could not see the queries of the database 'default'"):
        assertQueriesConstant(OrderFactory, blinding)


@pytest.mark.parametrize("scales", [(), (1,), (2, 1), (1, 1), (-1, 2)])
def test_scales_must_grow(scales):
    with pytest.raises(ValueError, match="scales: must be two or more growing numbers"):
        assertQueriesConstant(OrderFactory, emails, scales)
