from typing import Any

import pytest

from django_querywatch.reporters.text import render_finding, render_report, render_short
from tests.reporters.values import HOSTILE, finding, frame, report, unknown


def lines(*expected: str) -> str:
    return "\n".join(expected)


def test_the_four_lines():
    assert str(finding()) == lines(
        "N+1: shop.Order.user fetched 50 times (41 ms, default)",
        "  at shop/templates/shop/order_list.html:12   {{ order.user.email }}",
        "  queryset built at shop/views.py:24 in order_list",
        '  fix: Order.objects.select_related("user")    51 -> 1 queries',
    )


def test_a_likely_n_plus_one_says_so_and_counts_no_parent_query_it_does_not_know():
    likely = finding(
        certainty="likely",
        root_model=None,
        origin=None,
        model="auth.User",
        field=None,
        avoidable=49,
        suggestion="User.objects.in_bulk(ids)",
        location=frame("shop/views.py", 30, "user_list"),
        source="User.objects.get(pk=pk)",
    )
    assert render_finding(likely) == lines(
        "likely N+1: auth.User fetched 50 times (41 ms, default)",
        "  at shop/views.py:30 in user_list   User.objects.get(pk=pk)",
        "  fix: User.objects.in_bulk(ids)    50 -> 1 queries",
        "  sql: SELECT ... FROM auth_user WHERE id = ?",
    )


def test_an_n_plus_one_write():
    write = finding(
        kind="n_plus_one_write",
        operation="INSERT",
        model="shop.Item",
        field=None,
        root_model=None,
        origin=None,
        avoidable=49,
        suggestion="Item.objects.bulk_create(items)",
        advice="Item overrides save(), which bulk_create() does not call",
        sql="INSERT INTO shop_item (...) VALUES (...)",
    )
    assert render_finding(write) == lines(
        "N+1 write: shop.Item inserted 50 times (41 ms, default)",
        "  at shop/templates/shop/order_list.html:12   {{ order.user.email }}",
        "  fix: Item.objects.bulk_create(items)    50 -> 1 queries",
        "  advice: Item overrides save(), which bulk_create() does not call",
        "  sql: INSERT INTO shop_item (...) VALUES (...)",
    )


@pytest.mark.parametrize(
    ("operation", "verb"),
    [("SELECT", "fetched"), ("UPDATE", "updated"), ("DELETE", "deleted"), ("CALL", "queried")],
)
def test_the_verb_is_the_operations(operation: str, verb: str):
    first_line = render_finding(finding(operation=operation)).splitlines()[0]
    assert first_line == f"N+1: shop.Order.user {verb} 50 times (41 ms, default)"


def test_a_potential_n_plus_one_promises_no_numbers():
    potential = finding(kind="potential_n_plus_one", count=1, avoidable=0, duration=0.0004)
    assert render_finding(potential) == lines(
        "potential N+1: shop.Order.user fetched once for the only row (0.4 ms, default)",
        "  at shop/templates/shop/order_list.html:12   {{ order.user.email }}",
        "  queryset built at shop/views.py:24 in order_list",
        '  fix: Order.objects.select_related("user")',
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": 2}, "fetched 2 times for the only row"),
        (
            {"count": 2, "also": ("shop.Customer.user",)},
            "fetched for the only row, with 2 queries along its path",
        ),
    ],
)
def test_two_queries_for_one_row_are_no_repetition(changes: dict[str, Any], words: str):
    potential = finding(kind="potential_n_plus_one", avoidable=0, **changes)
    first_line = render_finding(potential).splitlines()[0]
    assert first_line == f"potential N+1: shop.Order.user {words} (41 ms, default)"


def test_a_duplicate_has_no_parent_query():
    duplicate = finding(
        kind="duplicate",
        count=3,
        avoidable=2,
        duration=0.0123,
        suggestion=None,
        origin=None,
        root_model=None,
        advice="keep the first result",
    )
    assert render_finding(duplicate) == lines(
        "duplicate: shop.Order.user fetched 3 times with the same parameters (12 ms, default)",
        "  at shop/templates/shop/order_list.html:12   {{ order.user.email }}",
        "  advice: keep the first result",
    )


def test_several_questions_of_one_line_are_not_told_as_one():
    duplicate = finding(kind="duplicate", count=6, avoidable=3, suggestion=None)
    first, *_ = render_finding(duplicate).splitlines()
    assert first == (
        "duplicate: shop.Order.user fetched 6 times in all, 3 times with parameters that were asked by before "
        "(41 ms, default)"
    )


def test_a_slow_query():
    slow = unknown(
        kind="slow_query",
        count=1,
        avoidable=0,
        duration=12.34,
        alias="reports",
        tables=("shop_order", "auth_user"),
        location=frame("shop/views.py", 8, "summary"),
    )
    assert render_finding(slow) == lines(
        "slow query: SELECT on shop_order, auth_user run once (12.3 s, reports)",
        "  at shop/views.py:8 in summary",
        "  sql: SELECT ... FROM auth_user WHERE id = ?",
    )


def test_where_nothing_is_known_it_says_what_the_sql_tells():
    assert render_finding(unknown(tables=("a", "b", "c", "d"))) == lines(
        "N+1: SELECT on a, b, c, ... run 50 times (41 ms, default)",
        "  at an unknown line: no code of the project was running",
        "  sql: SELECT ... FROM auth_user WHERE id = ?",
    )
    assert render_finding(unknown(tables=(), sql="")) == lines(
        "N+1: SELECT run 50 times (41 ms, default)",
        "  at an unknown line: no code of the project was running",
    )


def test_a_queryset_built_at_an_unknown_line_is_named_by_its_model():
    assert render_finding(finding(origin=None)) == lines(
        "N+1: shop.Order.user fetched 50 times (41 ms, default)",
        "  at shop/templates/shop/order_list.html:12   {{ order.user.email }}",
        "  queryset of shop.Order, built at an unknown line",
        '  fix: Order.objects.select_related("user")    51 -> 1 queries',
    )


def test_an_admins_fix_stands_as_it_is():
    admin = finding(
        location=frame("shop/admin.py", 9, "OrderAdmin"),
        origin=frame("shop/admin.py", 9, "OrderAdmin"),
        suggestion='list_select_related = ("user",)',
        source=None,
    )
    assert render_finding(admin) == lines(
        "N+1: shop.Order.user fetched 50 times (41 ms, default)",
        "  at shop/admin.py:9 in OrderAdmin",
        "  queryset built at shop/admin.py:9 in OrderAdmin",
        '  fix: list_select_related = ("user",)    51 -> 1 queries',
    )


def test_other_lines_of_the_same_cause_follow_the_worst():
    places = tuple(frame("shop/views.py", line, "total") for line in range(1, 9))
    assert render_finding(finding(location=places[0], locations=places, source=None)) == lines(
        "N+1: shop.Order.user fetched 50 times (41 ms, default)",
        "  at shop/views.py:1 in total",
        "  also at shop/views.py:2 in total",
        "  also at shop/views.py:3 in total",
        "  also at shop/views.py:4 in total",
        "  also at shop/views.py:5 in total",
        "  also at shop/views.py:6 in total",
        "  also at 2 more lines",
        "  queryset built at shop/views.py:24 in order_list",
        '  fix: Order.objects.select_related("user")    51 -> 1 queries',
    )


def test_one_more_line_is_one_line():
    places = tuple(frame("shop/views.py", line, "total") for line in range(1, 8))
    shown = render_finding(finding(location=places[0], locations=places))
    assert "  also at 1 more line\n" in shown


def test_other_relations_that_the_fix_cures_are_named():
    nested = finding(
        also=("auth.User.profile", "auth.Profile.city"), suggestion='select_related("user__profile__city")'
    )
    assert render_finding(nested) == lines(
        "N+1: shop.Order.user fetched 50 times (41 ms, default)",
        "  at shop/templates/shop/order_list.html:12   {{ order.user.email }}",
        "  queryset built at shop/views.py:24 in order_list",
        '  fix: Order.objects.select_related("user__profile__city")    51 -> 1 queries',
        "  the same fix cures auth.User.profile, auth.Profile.city",
    )


def test_parameters_stand_there_only_when_the_finding_has_some():
    shown = render_finding(finding(parameters=("(1,)", "(2,)", "(3,)", "(4,)")))
    assert shown == render_finding(finding()) + "\n  parameters: (1,), (2,), (3,)"


def test_a_frame_outside_the_working_directory_keeps_its_path():
    outside = finding(location=frame("/srv/lib/tree.py", 3, "walk"), source=None)
    assert render_finding(outside).splitlines()[1] == "  at /srv/lib/tree.py:3 in walk"


def test_the_short_form_is_one_line():
    assert render_short(finding()) == (
        "N+1: shop.Order.user fetched 50 times (41 ms, default) at shop/templates/shop/order_list.html:12"
    )
    assert render_short(unknown()) == "N+1: SELECT on auth_user run 50 times (41 ms, default)"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 ms"), (0.00994, "9.9 ms"), (0.00996, "10 ms"), (9.9994, "9999 ms"), (10, "10.0 s")],
)
def test_durations(seconds: float, text: str):
    assert f"({text}, default)" in render_finding(finding(duration=seconds))


def test_a_report_without_findings():
    assert str(report()) == "GET /orders/: no findings, 51 queries (44 ms)"


def test_a_report_is_a_headline_and_its_findings():
    duplicate = unknown(kind="duplicate", count=2, avoidable=1, certainty="certain", sql="")
    assert render_report(report(finding(), duplicate, query_count=1, avoidable=51, ignored=2)) == lines(
        "GET /orders/: 1 N+1, 1 duplicate, 1 query (44 ms), 51 avoidable, 2 ignored",
        "N+1: shop.Order.user fetched 50 times (41 ms, default)",
        "  at shop/templates/shop/order_list.html:12   {{ order.user.email }}",
        "  queryset built at shop/views.py:24 in order_list",
        '  fix: Order.objects.select_related("user")    51 -> 1 queries',
        "duplicate: SELECT on auth_user run 2 times with the same parameters (41 ms, default)",
        "  at an unknown line: no code of the project was running",
    )


def test_the_ten_worst_then_a_count():
    for count, rest in [(10, []), (11, ["and 1 more finding"]), (30, ["and 20 more findings"])]:
        findings = [unknown(id=str(number), count=100 - number, sql="") for number in range(count)]
        blocks = [render_finding(one) for one in findings[:10]]
        expected = lines(f"{count} N+1s, 51 queries (44 ms), 50 avoidable", *blocks, *rest)
        assert render_report(report(*findings, name="")) == expected


def test_each_kind_has_its_plural():
    kinds = ("n_plus_one", "n_plus_one_write", "potential_n_plus_one", "duplicate", "slow_query")
    twice = [unknown(kind=kind) for kind in kinds for _ in range(2)]
    assert render_report(report(*twice)).splitlines()[0] == (
        "GET /orders/: 2 N+1s, 2 N+1 writes, 2 potential N+1s, 2 duplicates, 2 slow queries, "
        "51 queries (44 ms), 50 avoidable"
    )


def test_a_report_names_its_limits():
    assert render_report(report(truncated=True, failed=True)) == lines(
        "GET /orders/: no findings, 51 queries (44 ms)",
        "this recording reached its cap: totals are exact, later queries were only counted",
        "django-querywatch itself failed during this recording: findings may be missing",
    )


def test_hostile_text_makes_no_lines_of_its_own():
    changes = dict.fromkeys(
        ("model", "field", "root_model", "alias", "source", "suggestion", "advice"), HOSTILE
    )
    hostile_frame = frame(HOSTILE, 3, HOSTILE)
    hostile = finding(
        **changes, location=hostile_frame, origin=hostile_frame, parameters=(HOSTILE,), also=(HOSTILE,)
    )
    rendered = render_report(report(hostile, name=HOSTILE)).split("\n")
    assert [line.split()[0] for line in rendered[1:]] == [
        "N+1:",
        "at",
        "queryset",
        "fix:",
        "the",
        "advice:",
        "parameters:",
    ]
    assert all(line.isprintable() for line in rendered)
