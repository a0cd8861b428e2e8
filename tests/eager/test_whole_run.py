"""Eager loading over a run of pytest: told at its end, the same with workers, and not where one test reads it."""

import json
import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PAGES = """
from django.http import HttpResponse
from django.urls import path
from example_project.shop.models import Review

def wasting(request):
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(review.text for review in reviews))

def picky(request, asked):
    reviews = Review.objects.prefetch_related("author")
    if asked == "authors":
        return HttpResponse(",".join(review.author.email for review in reviews))
    return HttpResponse(",".join(review.text for review in reviews))

urlpatterns = [path("wasting/", wasting), path("picky/<str:asked>/", picky)]
"""
TESTS = """
import pytest
from example_project.shop.factories import ReviewFactory
from example_project.shop.models import Review

pytestmark = [pytest.mark.django_db, pytest.mark.urls("pages")]

@pytest.mark.parametrize("number", range(4))
def test_wasting(client, number):
    ReviewFactory.create_batch(2)
    client.get("/wasting/")

@pytest.mark.parametrize("asked", ["texts", "words", "authors", "stars"])
def test_picky(client, asked):
    ReviewFactory.create_batch(2)
    client.get(f"/picky/{asked}/")

@pytest.mark.parametrize("number", range(4))
def test_own(number):
    ReviewFactory.create_batch(2)
    assert len(Review.objects.select_related("author")) == 2
"""
TOLD = [
    "Loaded, and read in no test:",
    "  unused eager loading: shop.Review.author loaded with its rows 4 times, and never read",
    '    at pages.py:6 in wasting   reviews = Review.objects.select_related("author")',
    '    fix: take "author" out of select_related()',
]


@pytest.fixture
def run(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", f"{REPOSITORY}:{pytester.path}")
    for name in ("GITHUB_ACTIONS", "DATABASE_URL"):  # workers of workers would share a server's databases
        monkeypatch.delenv(name, raising=False)
    pytester.makeini("[pytest]\nDJANGO_SETTINGS_MODULE = tests.settings")

    def run_tests(*options: str, pages: str = PAGES) -> list[str]:
        pytester.makepyfile(pages=pages, test_pages=TESTS)
        result = pytester.runpytest_subprocess("-p", "no:randomly", "--nomigrations", *options)
        text = result.stdout.str()
        assert "12 passed" in text, text
        found = re.search(r"=+ querywatch =+\n(.*?)\n=+ ", text, re.DOTALL)
        return found[1].splitlines() if found else []

    return run_tests


def test_the_section_tells_what_no_test_reads(run, pytester):
    lines = run("--querywatch=report", "--querywatch-report=json:found.jsonl")
    start = lines.index(TOLD[0])
    assert lines[start : start + 4] == TOLD
    assert sum("unused eager loading" in line for line in lines) == 1
    reports = [json.loads(line) for line in (pytester.path / "found.jsonl").read_text().splitlines()]
    (whole,) = [report for report in reports if report["name"] == "all tests"]
    assert [found["kind"] for found in whole["findings"]] == ["unused_eager_loading"]


def test_workers_together_tell_the_same(run):
    assert run("--querywatch=report", "-n", "2") == run("--querywatch=report")


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_large_columns_are_told_where_the_settings_ask_for_them(run, pytester, monkeypatch, workers):
    pytester.makepyfile(column_settings="from tests.settings import *\nQUERYWATCH = {'UNREAD_COLUMNS': 10}")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "column_settings")
    lines = run("--querywatch=report", *workers, pages=PAGES.replace("review.text", "str(review.stars)", 1))
    start = lines.index("  unread column: shop.Review.text loaded with its rows 4 times, and never read")
    assert lines[start + 1].startswith("    at pages.py:6 in wasting")
    assert lines[start + 3] == '    fix: Review.objects.defer("text")'


def test_without_watching_nothing_is_told(run):
    assert run() == []


def test_a_waiver_in_the_source_silences_it(run):
    waived = PAGES.replace(
        '("author")\n', '("author")  # querywatch: ignore[unused_eager_loading] -- soon\n', 1
    )
    assert not any("unused eager" in line for line in run("--querywatch=report", pages=waived))


def test_no_test_fails_for_it(run):
    assert run("--querywatch=fail")[0].startswith("no N+1s in 0 of 12")
