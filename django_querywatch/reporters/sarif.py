"""SARIF 2.1.0, for code scanning: a rule for each kind, a result for each finding."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django_querywatch.records import KINDS, WARNING_KINDS, Finding, Frame, Report
from django_querywatch.reporters import wording
from django_querywatch.reporters.text import render_finding
from django_querywatch.reporters.uris import relative_uri

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT_NAME = "querywatchFinding/v1"

RULES = {
    "n_plus_one": "A query is run once for every row of another.",
    "n_plus_one_write": "Rows are written one by one where one statement could write them all.",
    "over_budget": "A request made more queries than its view may.",
    "potential_n_plus_one": "A query was run for the only row there was; more rows mean more queries.",
    "duplicate": "The same query was run again with the same parameters.",
    "wasteful_check": "A check whether there are rows costs more than it need.",
    "unused_eager_loading": "A relation is loaded with every row, and nobody reads it.",
    "unread_column": "A large column is loaded with every row, and nobody reads it.",
    "slow_query": "A query took longer than the threshold.",
}


def render_report(report: Report) -> str:
    return json.dumps(report_to_sarif(report), indent=2)


def report_to_sarif(report: Report) -> dict[str, Any]:
    """The report as a SARIF log with one run."""
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding) for finding in report.findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver() -> dict[str, Any]:
    driver = {"name": "django-querywatch", "rules": [_rule(kind) for kind in KINDS]}
    try:
        return {**driver, "version": version("django-querywatch")}
    except PackageNotFoundError:
        return driver


def _rule(kind: str) -> dict[str, Any]:
    return {
        "id": kind,
        "name": "".join(word.capitalize() for word in kind.split("_")),
        "shortDescription": {"text": wording.KIND_WORDS[kind]},
        "fullDescription": {"text": RULES[kind]},
        "defaultConfiguration": {"level": _level(kind)},
    }


def _level(kind: str) -> str:
    return "warning" if kind in WARNING_KINDS else "note"


def _result(finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "ruleIndex": KINDS.index(finding.kind),
        "level": _level(finding.kind),
        "message": {"text": render_finding(finding)},
        "partialFingerprints": {FINGERPRINT_NAME: finding.id},
        "properties": {
            "certainty": finding.certainty,
            "count": finding.count,
            "avoidable": finding.avoidable,
        },
    }
    place = finding.location or finding.origin
    if place:
        result["locations"] = [_location(place)]
    related = _related(finding)
    return {**result, "relatedLocations": related} if related else result


def _related(finding: Finding) -> list[dict[str, Any]]:
    others = [frame for frame in finding.locations if frame != finding.location]
    related = [{**_location(frame), "message": {"text": "also here"}} for frame in others]
    if finding.origin:
        related.append({**_location(finding.origin), "message": {"text": "queryset built here"}})
    return related


def _location(frame: Frame) -> dict[str, Any]:
    uri = relative_uri(frame.file)
    artifact = {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    # A line below 1 is no place in SARIF, and would void the whole file.
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(frame.line, 1)}}}
