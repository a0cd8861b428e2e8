"""manage.py test with QueryWatchRunner: the same as the plugin, in one process and in several."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

MANAGE = """
import sys
from django.core.management import execute_from_command_line
if __name__ == "__main__":
    execute_from_command_line(sys.argv)
"""
SETTINGS = """
from tests.settings import *
TEST_RUNNER = "django_querywatch.runner.QueryWatchRunner"
# The shop's tables are made without its migrations, which is faster.
MIGRATION_MODULES = {app.rpartition(".")[2]: None for app in INSTALLED_APPS}
"""
TESTS = """
from django.test import TestCase
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order, Product

class ListTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        OrderFactory.create_batch(3)

    def setUp(self):
        [order.user for order in Order.objects.all()]

    def tearDown(self):
        [order.user for order in Order.objects.all()]

    def test_bad(self):
        self.client.get("/orders/")

    def test_fixed(self):
        self.client.get("/orders/fixed/")

    def test_own_data(self):
        OrderFactory.create_batch(3)
        for name in [str(number) for number in range(3)]:
            Product.objects.create(name=name, price=1, stock=1)

class AsyncTests(TestCase):
    def setUp(self):
        OrderFactory.create_batch(3)

    async def test_async(self):
        await self.async_client.get("/orders/parcels/")
"""

PAGES = """
from django.http import HttpResponse
from django.urls import path
from example_project.shop.models import Review

def wasting(request):
    reviews = Review.objects.select_related("author")
    return HttpResponse(",".join(review.text for review in reviews))

urlpatterns = [path("wasting/", wasting)]
"""
EAGER_TESTS = """
from django.test import TestCase, override_settings
from example_project.shop.factories import ReviewFactory

@override_settings(ROOT_URLCONF="pages")
class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        ReviewFactory.create_batch(2)

    def ask(self):
        self.client.get("/wasting/")

    test_first = test_second = test_third = ask
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run manage.py test in a project of its own; returns what subprocess does."""
    monkeypatch.setenv("PYTHONPATH", f"{REPOSITORY}:{tmp_path}")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "runner_settings")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "manage.py").write_text(MANAGE)
    (tmp_path / "runner_settings.py").write_text(SETTINGS)
    (tmp_path / "test_pages.py").write_text(TESTS)

    def run_with(*options):
        command = [sys.executable, "manage.py", "test", *options]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run_with


def section(done) -> list[str]:
    lines = done.stdout.splitlines()
    start = next(index for index, line in enumerate(lines) if line.endswith("watched tests"))
    return lines[start:]


def test_fail_mode_fails_the_methods_with_an_n_plus_one_and_no_others(run):
    done = run("--querywatch=fail")
    assert done.returncode == 1
    failed = {line.split()[1] for line in done.stderr.splitlines() if line.startswith("FAIL: ")}
    assert failed == {"test_bad", "test_async"}
    assert "AssertionError: N+1: shop.Order.user fetched 3 times" in done.stderr
    assert "views/orders.py:" in done.stderr


def test_the_section_is_the_same_with_parallel_processes(run):
    alone = run("--querywatch=report")
    parallel = run("--querywatch=report", "--parallel=2")
    assert alone.returncode == parallel.returncode == 0
    assert section(alone) == section(parallel)
    assert section(alone)[:2] == [
        "2 N+1s in 2 of 4 watched tests",
        "N+1: shop.Order.user, 3 queries at worst, in 1 test",
    ]


def test_without_options_nothing_is_watched(run):
    done = run()
    assert done.returncode == 0
    assert "watched tests" not in done.stdout


def test_parallel_processes_fail_too_and_a_baseline_tolerates(run, tmp_path):
    assert run("--querywatch=fail", "--parallel=2").returncode == 1
    assert run("--querywatch-baseline=base.txt", "--querywatch-update-baseline").returncode == 0
    written = (tmp_path / "base.txt").read_text()
    assert written.count("\n") == 4
    assert run("--querywatch-baseline=base.txt", "--parallel=2").returncode == 0
    (tmp_path / "test_pages.py").write_text(TESTS.replace('"/orders/"', '"/orders/fixed/"'))
    partial = run("--querywatch-baseline=base.txt", "--querywatch-update-baseline", "test_pages.ListTests")
    assert "stale entries were not looked for: only some tests were asked for" in section(partial)
    assert (tmp_path / "base.txt").read_text() == written
    run("--querywatch-baseline=base.txt", "--querywatch-update-baseline", "--querywatch-shrink-only")
    assert (tmp_path / "base.txt").read_text().count("\n") == 3


@pytest.mark.parametrize(
    ("extra", "options", "reason"),
    [
        ("def test_broken(self): assert 1 == 2", [], "tests failed"),
        ("def test_a_broken(self): assert 1 == 2", ["--failfast"], "the run ended early"),
        ("", ["-k", "no_such_name"], "no test ran"),
    ],
)
def test_only_a_full_run_finds_entries_stale(run, tmp_path, extra, options, reason):
    update = ["--querywatch-baseline=base.txt", "--querywatch-update-baseline"]
    assert run(*update).returncode == 0
    written = (tmp_path / "base.txt").read_text()
    (tmp_path / "test_pages.py").write_text(
        TESTS.replace('"/orders/"', '"/orders/fixed/"') + f"\n    {extra}\n"
    )
    assert f"stale entries were not looked for: {reason}" in section(run(*update, *options))
    assert (tmp_path / "base.txt").read_text() == written


BROKEN = """
import {module} as module
def fails(*args, **options): raise RuntimeError("ours")
module.{name} = fails
"""


@pytest.mark.parametrize(
    ("module", "name"),
    [("django_querywatch.recording", "analyze"), ("django_querywatch.runner.results", "report_to_json_line")],
)
def test_a_failure_of_our_own_fails_no_test_but_in_fail_mode(run, tmp_path, module, name):
    tests = (tmp_path / "test_pages.py").read_text()
    (tmp_path / "test_pages.py").write_text(BROKEN.format(module=module, name=name) + tests)
    done = run("--querywatch=report")
    assert done.returncode == 0
    words = "django-querywatch itself failed in some tests: findings may be missing. See the log."
    assert words in section(done)
    done = run("--querywatch=fail")
    assert done.returncode == 1
    assert "AssertionError: django-querywatch itself failed while it watched" in done.stderr


def test_a_section_that_cannot_be_made_has_status_2(run, tmp_path):
    tests = (tmp_path / "test_pages.py").read_text()
    broken = BROKEN.format(module="django_querywatch.suite.run", name="merge")
    (tmp_path / "test_pages.py").write_text(broken + tests)
    done = run("--querywatch=report")
    assert done.returncode == 2
    assert "django-querywatch itself failed when it summed up the tests" in done.stderr
    assert "RuntimeError: ours" in done.stderr


def test_a_report_that_cannot_be_written_has_status_2(run, tmp_path):
    done = run(f"--querywatch-report=json:{tmp_path}/none/report.jsonl")
    assert done.returncode == 2
    assert "querywatch: " in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--querywatch=loud"], "invalid choice: 'loud'"),
        (["--querywatch-baseline=none.txt"], "none.txt does not exist"),
        (["--querywatch-shrink-only"], "goes with --querywatch-update-baseline"),
    ],
)
def test_a_wrong_option_has_status_2(run, options, message):
    done = run(*options)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_full_run_lists_ignores_that_matched_nothing(run, tmp_path):
    ignore = [{"relation": "shop.Order.user"}, {"relation": "shop.Order.items"}]
    (tmp_path / "runner_settings.py").write_text(f"{SETTINGS}\nQUERYWATCH = {{'IGNORE': {ignore}}}")
    lines = section(run("--querywatch=report"))
    listed = lines.index("entries of IGNORE that matched nothing in this run:")
    assert lines[listed + 1] == "  relation=shop.Order.items"
    assert not any("shop.Order.user" in line for line in lines)
    assert "matched nothing" not in run("--querywatch=report", "test_pages.ListTests").stdout


def test_eager_loading_that_no_test_reads_is_told_at_the_end(run, tmp_path):
    (tmp_path / "pages.py").write_text(PAGES)
    (tmp_path / "test_pages.py").write_text(EAGER_TESTS)
    lines = section(run("--querywatch=report"))
    told = lines.index("Loaded, and read in no test:")
    assert lines[told + 1].startswith(
        "  unused eager loading: shop.Review.author loaded with its rows 3 times"
    )
    (tmp_path / "pages.py").write_text(PAGES.replace('.select_related("author")', ".all()"))
    assert "Loaded, and read" not in run("--querywatch=report").stdout
