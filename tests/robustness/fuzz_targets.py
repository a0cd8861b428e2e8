"""What is fuzzed: functions that read text of strangers, what they promise of it, and texts to begin with."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django_querywatch.analysis.waivers import is_comment, parse_waiver
from django_querywatch.baseline import BaselineError, read_baseline, write_baseline
from django_querywatch.fingerprint import fingerprint
from django_querywatch.fingerprint.dialect import LIMIT
from django_querywatch.records import Frame, Report
from django_querywatch.reporters.json import FormatError, report_from_json_line, report_to_json_line
from tests.analysis.values import finding

VENDORS = ("sqlite", "postgresql", "mysql", "oracle", "microsoft")
VECTORS = Path(__file__).parents[1] / "vectors" / "fingerprint.json"


@dataclass(frozen=True, slots=True)
class Target:
    read: Callable[[str], None]
    """Raises where the text breaks a promise."""
    seeds: Callable[[], Iterator[str]]


def read_statement(text: str) -> None:
    LIMIT.clear()
    found = fingerprint(text, VENDORS[len(text) % len(VENDORS)])
    assert found.arity >= 1
    assert found.id


def statements() -> Iterator[str]:
    return (vector["sql"] for vector in json.loads(VECTORS.read_text())["vectors"])


def read_line(text: str) -> None:
    try:
        report = report_from_json_line(text)
    except FormatError:
        return
    assert report_from_json_line(report_to_json_line(report)) == report


def lines() -> Iterator[str]:
    place = Frame(file="shop/views.py", line=7, function="orders")
    found = finding(model="shop.Order", field="user", location=place, locations=(place,))
    yield report_to_json_line(Report(query_count=5, findings=(found,), name="GET /"))
    yield report_to_json_line(Report(name="x"))


def read_baseline_file(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "baseline.txt"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            baseline = read_baseline(path)
        except BaselineError:
            return
        write_baseline(path, baseline)
        assert read_baseline(path) == baseline


def baselines() -> Iterator[str]:
    yield "# django-querywatch baseline, version 1\n0123456789abcdef  N+1 shop.Order.user at shop/views.py\n"
    yield "# django-querywatch baseline, version 2\n<<<<<<< ours\n"


def read_comment(text: str) -> None:
    parse_waiver(text)
    parse_waiver(f"# querywatch: ignore{text}")
    is_comment(text)


def comments() -> Iterator[str]:
    yield "order.user  # querywatch: ignore[n_plus_one, duplicate] until=2027-03 max=20 -- reason"
    yield "{# querywatch: ignore until=2027-03-01 #}"


TARGETS = {
    "fingerprint": Target(read_statement, statements),
    "json_reader": Target(read_line, lines),
    "baseline_reader": Target(read_baseline_file, baselines),
    "waiver_grammar": Target(read_comment, comments),
}
