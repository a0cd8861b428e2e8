from django_querywatch.reporters.agent import render_report
from tests.reporters.values import HOSTILE, finding, frame, report, unknown


def test_one_line_a_finding_with_all_that_is_known():
    write = unknown(
        kind="n_plus_one_write",
        certainty="likely",
        operation="UPDATE",
        id="77",
        count=3,
        avoidable=2,
        tables=("shop_item",),
        sql="UPDATE shop_item SET x = ?",
        advice="collect, then bulk_update()",
        locations=(frame("shop/jobs.py", 7, "fill"),),
        location=frame("shop/jobs.py", 5, "fill"),
    )
    assert render_report(report(write, finding())).splitlines() == [
        "N+1 shop.Order.user x50 | at shop/templates/shop/order_list.html:12 | queryset at shop/views.py:24 "
        'in order_list | fix: Order.objects.select_related("user") | 51 -> 1 queries | id: 3f2a9c',
        "likely N+1 write UPDATE on shop_item x3 | at shop/jobs.py:5 in fill | at shop/jobs.py:7 in fill | "
        "advice: collect, then bulk_update() | sql: UPDATE shop_item SET x = ? | id: 77",
    ]


def test_the_one_row_case_says_what_the_fix_saves():
    potential = finding(kind="potential_n_plus_one", count=1, avoidable=0, also=("auth.User.profile",))
    assert render_report(report(potential)) == (
        "potential N+1 shop.Order.user x1 | at shop/templates/shop/order_list.html:12 | queryset at "
        'shop/views.py:24 in order_list | fix: Order.objects.select_related("user") | saves a query for '
        "every further row | the same fix cures auth.User.profile | id: 3f2a9c"
    )


def test_the_order_depends_on_no_clock():
    findings = [finding(id=name, duration=duration) for name, duration in [("b", 9), ("c", 1), ("a", 5)]]
    slower = [finding(id=name, duration=3) for name in "cab"]
    assert render_report(report(*findings)) == render_report(report(*slower, duration=9, elapsed=9))


def test_no_findings():
    assert render_report(report(query_count=3)) == "no findings in 3 queries"


def test_hostile_text_stays_on_its_line():
    hostile = unknown(sql=HOSTILE, advice=HOSTILE, id=HOSTILE, tables=(HOSTILE,))
    assert render_report(report(hostile)).isprintable()
