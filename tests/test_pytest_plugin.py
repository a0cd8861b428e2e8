"""The plugin in runs of its own: what is watched, what fails, and the section, with and without workers."""

import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

REPOSITORY = Path(__file__).resolve().parent.parent

TESTS = """
import pytest
from django.test import TestCase
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order, Product

@pytest.fixture
def orders():
    for order in OrderFactory.create_batch(4):
        order.user.email
        order.save()

def open_list(client):
    client.get("/orders/")

@pytest.mark.django_db
def test_bad(orders, client):
    open_list(client)

@pytest.mark.django_db
def test_worse(orders, client):
    OrderFactory.create_batch(4)
    client.get("/orders/")

@pytest.mark.django_db
def test_fixed(orders, client):
    client.get("/orders/fixed/")

@pytest.mark.django_db
def test_one_product(client):
    order = OrderFactory()
    client.get("/orders/mailing/")

@pytest.mark.django_db
def test_own_data(client):
    for number in [int(text) for text in "1234"]:
        Product.objects.create(name=str(number), price=1, stock=1)

@pytest.mark.django_db(transaction=True)
def test_live(orders, live_server):
    from urllib.request import urlopen
    urlopen(live_server.url + "/orders/").read()

class PlainTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        OrderFactory.create_batch(3)

    def setUp(self):
        [order.user for order in Order.objects.all()]

    def tearDown(self):
        [order.user for order in Order.objects.all()]

    def test_quiet(self):
        Order.objects.count()

    async def test_async_client(self):
        await self.async_client.get("/orders/parcels/")
"""

FIXED_TESTS = """
import pytest
from example_project.shop.factories import OrderFactory

@pytest.mark.django_db
def test_page(client):
    OrderFactory.create_batch(4)
    client.get("/orders/fixed/")
"""
BAD_TESTS = FIXED_TESTS.replace("/fixed/", "/")


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest in a project of its own with the example shop; returns what pytester's run does."""
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "DATABASE_URL", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini("[pytest]\nDJANGO_SETTINGS_MODULE = tests.settings")

    def run_with(*options, source=None):
        if source is not None:
            pytester.makepyfile(test_pages=source)
        plain = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:asyncio")
        plain += () if "no:django" in pytester.path.joinpath("tox.ini").read_text() else ("--nomigrations",)
        return pytester.runpytest_subprocess(*plain, *options)

    return run_with


def section(result) -> list[str]:
    """The lines of the section, without the frame around it."""
    lines = result.outlines
    (start,) = (index for index, line in enumerate(lines) if re.fullmatch("=+ querywatch =+", line))
    end = next(index for index, line in enumerate(lines[start + 1 :], start + 1) if line.startswith("==="))
    return lines[start + 1 : end]


def failed(result) -> set[str]:
    return {line.split()[1].partition("::")[2] for line in result.outlines if line.startswith("FAILED")}


def test_a_run_in_fail_mode_fails_the_tests_with_an_n_plus_one_and_no_others(run):
    result = run("--querywatch=fail", source=TESTS)
    assert result.ret == 1
    assert failed(result) == {"test_bad", "test_worse", "test_live", "PlainTests::test_async_client"}
    result.stdout.fnmatch_lines(
        ["*N+1: shop.Order.user fetched 8 times*", "*fix: Order.objects.select_related(*"]
    )


def test_the_section_merges_the_run_and_is_the_same_with_workers(run):
    alone = run("--querywatch=report", source=TESTS)
    workers = run("--querywatch=report", "-n", "2")
    assert alone.ret == workers.ret == 0
    lines = section(alone)
    assert section(workers) == lines
    assert lines[0] == "2 N+1s in 4 of 8 watched tests"
    assert lines[1] == "N+1: shop.Order.user, 8 queries at worst, in 3 tests"
    assert "order_list.html:" in lines[2]
    assert lines[4] == '  fix: Order.objects.select_related("user")    9 -> 1 queries'
    assert lines[5:8] == [f"  in test_pages.py::test_{name}" for name in ("worse", "bad", "live")]
    assert lines[8] == "N+1: shop.Order.items, 3 queries at worst, in 1 test"
    assert any("potential N+1: shop.Order.user at " in line and "services.py:" in line for line in lines)


def test_without_options_nothing_is_watched_and_nothing_said(run):
    result = run(source=TESTS)
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*querywatch ===*")


def test_the_ini_option_is_what_the_command_line_may_change(run, pytester):
    pytester.makeini(
        "[pytest]\nDJANGO_SETTINGS_MODULE = tests.settings\nquerywatch = fail\naddopts = --strict-markers"
    )
    assert run(source=BAD_TESTS).ret == 1
    assert run("--querywatch=report").ret == 0
    off = run("--querywatch=off")
    assert off.ret == 0
    off.stdout.no_fnmatch_line("*querywatch ===*")


MARKED = """
import pytest
from example_project.shop.factories import OrderFactory
pytestmark = pytest.mark.django_db

@pytest.fixture
def orders():
    OrderFactory.create_batch(3)

@pytest.mark.querywatch
def test_marked(orders, client):
    client.get("/orders/")

@pytest.mark.querywatch(threshold=4)
def test_below_the_threshold(orders, client):
    client.get("/orders/")

@pytest.mark.querywatch(potential=True)
def test_potential(client):
    OrderFactory()
    client.get("/orders/")

@pytest.mark.querywatch(max_queries=1)
def test_budget(orders, client):
    client.get("/orders/fixed/")
    client.get("/orders/fixed/")

@pytest.mark.querywatch(treshold=3)
def test_misspelt(client):
    pass

@pytest.mark.querywatch_ignore(reason="an export for one")
def test_ignored(orders, client):
    client.get("/orders/")

@pytest.mark.querywatch_ignore
def test_ignored_without_a_reason(client):
    pass

def test_fixture_fails(orders, client, assert_no_n_plus_one):
    with pytest.raises(AssertionError, match="shop.Order.user"):
        with assert_no_n_plus_one():
            client.get("/orders/")

def test_fixture_passes(orders, client, assert_no_n_plus_one):
    assert assert_no_n_plus_one(client.get, "/orders/fixed/").status_code == 200
"""


def test_markers_and_the_fixture_work_without_any_option(run):
    result = run("--strict-markers", source=MARKED)
    assert failed(result) == {
        "test_marked",
        "test_potential",
        "test_budget",
        "test_misspelt",
        "test_ignored_without_a_reason",
    }
    result.stdout.fnmatch_lines_random(
        [
            "*unknown option 'treshold'; did you mean 'threshold'?",
            "*The marker querywatch_ignore needs a reason*",
            "*2 queries made, and max_queries allows 1*",
            "ignored by a marker: 1 test",
        ]
    )


def test_an_ignored_test_is_in_no_channel(run, pytester):
    source = BAD_TESTS.replace("@pytest", '@pytest.mark.querywatch_ignore(reason="known")\n@pytest')
    result = run("--querywatch=fail", "--querywatch-report=json:found.jsonl", source=source)
    assert result.ret == 0
    assert "shop.Order" not in pytester.path.joinpath("found.jsonl").read_text()
    assert "shop.Order" not in result.stdout.str()


def test_a_test_that_fails_by_itself_fails_as_itself(run):
    result = run("--querywatch=fail", source=BAD_TESTS + "    assert 1 == 2, 'mine'\n")
    result.stdout.fnmatch_lines(["*AssertionError: mine*"])
    assert "1 N+1 in 1 of 1 watched tests" in section(result)


def test_outputs_for_machines(run, pytester):
    outputs = ["json:found.jsonl", "sarif:found.sarif", "agent:found.txt"]
    options = [f"--querywatch-report={output}" for output in outputs]
    assert run(*options, "--junitxml=junit.xml", source=BAD_TESTS).ret == 0
    read = {path.name: path.read_text() for path in pytester.path.iterdir() if path.is_file()}
    (line,) = read["found.jsonl"].splitlines()
    report = json.loads(line)
    assert report["format_version"] == 1
    assert report["name"] == "test_pages.py::test_page"
    (finding,) = report["findings"]
    (result,) = json.loads(read["found.sarif"])["runs"][0]["results"]
    assert list(result["partialFingerprints"].values()) == [finding["id"]]
    assert read["found.txt"].startswith("N+1 shop.Order.user x4 | at ")
    (prop,) = ElementTree.fromstring(read["junit.xml"]).iter("property")
    assert prop.get("name") == "querywatch.n_plus_one"
    assert f"{prop.get('value')}\n" == read["found.txt"]


def test_github_gets_annotations_and_a_summary(run, pytester, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "summary.md"))
    result = run("--querywatch=report", source=BAD_TESTS)
    result.stdout.fnmatch_lines(["::warning file=*order_list.html,line=*,title=N+1%3A shop.Order.user::N+1*"])
    assert "order&#95;list&#46;html" in (pytester.path / "summary.md").read_text()


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--querywatch=loud"], 4, "invalid choice: 'loud'"),
        (["--querywatch-report=pdf:x"], 2, "'pdf' is none of text, json, sarif, github, agent"),
        (["--querywatch-report=json:no/such/x"], 2, "there is no folder"),
        (["--querywatch-baseline=none.txt"], 2, "does not exist. Write it with --querywatch-update-baseline"),
        (["--querywatch-update-baseline"], 2, "needs --querywatch-baseline=FILE"),
        (["--querywatch-shrink-only"], 2, "goes with --querywatch-update-baseline"),
        (["-o", "querywatch=loud"], 2, "querywatch is 'loud'; write one of off, report, fail"),
    ],
)
def test_a_wrong_option_stops_the_run_before_its_first_test(run, options, status, message):
    result = run(*options, source="def test_it(): raise SystemExit('ran')")
    assert result.ret == status
    assert message in result.stderr.str() + result.stdout.str()
    assert "ran" not in result.stdout.str().split()


def test_a_run_without_django_fails_loudly_when_it_was_to_be_watched(run, pytester):
    pytester.makeini("[pytest]\naddopts = -p no:django")
    result = run("--querywatch=report", source="def test_it(): pass")
    assert result.ret == 2
    assert "1 test could not be watched: Django was not set up" in result.stdout.str()


def test_the_plugin_imports_no_django(run, pytester):
    pytester.makeini("[pytest]\naddopts = -p no:django")
    result = run(source="import sys\ndef test_it(): assert 'django.db' not in sys.modules")
    assert result.ret == 0


@pytest.mark.parametrize(
    "broken",
    ["django_querywatch.recording.analyze", "django_querywatch.pytest_plugin.watching.report_to_json_line"],
)
def test_a_failure_of_our_own_fails_no_test_but_in_fail_mode(run, pytester, broken):
    baseline = pytester.path / "base.txt"
    run("--querywatch-baseline=base.txt", "--querywatch-update-baseline", source=BAD_TESTS)
    written = baseline.read_text()
    module, _, name = broken.rpartition(".")
    pytester.makeconftest(
        f"import {module} as module\ndef fails(*args, **options): raise RuntimeError('ours')\nmodule.{name} = fails"
    )
    words = "django-querywatch itself failed in some tests"
    result = run("--querywatch=report", "--querywatch-baseline=base.txt", "--querywatch-update-baseline")
    assert result.ret == 0
    assert f"{words}: findings may be missing. See the log." in section(result)
    assert f"stale entries were not looked for: {words}" in section(result)
    assert baseline.read_text() == written
    result = run("--querywatch=fail", "-n", "2")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*django-querywatch itself failed while it watched*"])


def test_a_section_that_cannot_be_made_has_status_2(run, pytester):
    pytester.makeconftest(
        "from django_querywatch.suite import run\n"
        "def fails(*args): raise RuntimeError('ours')\n"
        "run.merge = fails"
    )
    result = run("--querywatch=report", source=BAD_TESTS)
    assert result.ret == 2
    assert section(result)[0].startswith("django-querywatch itself failed when it summed up the tests")
    assert "RuntimeError: ours" in section(result)


# The baseline


def test_the_life_of_a_baseline(run, pytester):
    options = ("--querywatch-baseline=base.txt", "--querywatch-update-baseline")
    file = pytester.path / "base.txt"

    assert run(*options, source=BAD_TESTS).ret == 0, "what is new is added, and does not fail"
    written = file.read_text()
    assert written.count("shop.Order.user") == 1

    tolerated = run(options[0], source=BAD_TESTS.replace("4", "7"))
    assert tolerated.ret == 0, "however many rows the data has"
    assert "baseline base.txt: 1 tolerated, 0 new" in section(tolerated)

    new = BAD_TESTS + '    client.get("/orders/picking/")\n'
    assert run(options[0], source=new).ret == 1, "anything new fails"
    assert run(*options, "--querywatch-shrink-only").ret == 1, "and is never added"
    assert file.read_text() == written

    stale = run(options[0], source=FIXED_TESTS)
    assert stale.ret == 0
    assert "stale, no longer found (take them out with --querywatch-update-baseline):" in section(stale)
    assert file.read_text() == written

    assert run(*options, "--querywatch-shrink-only").ret == 0
    assert file.read_text() == written.replace(written.splitlines()[-1] + "\n", "")


def test_a_baseline_is_the_same_with_workers(run, pytester):
    run("--querywatch-baseline=alone.txt", "--querywatch-update-baseline", source=TESTS)
    run("--querywatch-baseline=workers.txt", "--querywatch-update-baseline", "-n", "2")
    alone = (pytester.path / "alone.txt").read_text()
    assert alone == (pytester.path / "workers.txt").read_text()
    result = run("--querywatch-baseline=alone.txt", "-n", "2")
    assert result.ret == 0
    assert "baseline alone.txt: 2 tolerated, 0 new" in section(result)


@pytest.mark.parametrize(
    ("mark", "setting", "problem"),
    [
        (
            "querywatch(5)",
            "",
            "The marker querywatch: options are given by name, as in querywatch(threshold=5)",
        ),
        ("querywatch(threshold=5)", "QUERYWATCH = {'TRESHOLD': 3}", "querywatch: *TRESHOLD*"),
    ],
)
def test_what_a_marker_or_the_settings_mean_is_told_by_the_test(run, pytester, mark, setting, problem):
    pytester.makepyfile(wrong_settings=f"from tests.settings import *\n{setting}")
    source = f"import pytest\n\n@pytest.mark.{mark}\ndef test_page():\n    pass\n"
    result = run("--ds=wrong_settings", source=source)
    assert failed(result) == {"test_page"}
    result.stdout.fnmatch_lines([f"*{problem}*"])


def test_one_row_keeps_the_entry_that_many_rows_made(run, pytester):
    run("--querywatch-baseline=base.txt", "--querywatch-update-baseline", source=BAD_TESTS)
    result = run("--querywatch-baseline=base.txt", source=BAD_TESTS.replace("4", "1"))
    assert not [line for line in section(result) if "stale" in line]


@pytest.mark.parametrize(
    ("options", "source", "reason"),
    [
        (["-k", "not other"], FIXED_TESTS + "def test_other(): pass\n", "1 test was left out"),
        (["test_pages.py::test_page"], FIXED_TESTS, "single tests were asked for"),
        (["--pyargs"], FIXED_TESTS, "--pyargs was given"),
        (["test_pages.py"], FIXED_TESTS, "test_other.py was not asked for"),
        ([], FIXED_TESTS + "    assert 1 == 2\n", "tests failed or could not be collected"),
        (["-n", "2", "-k", "not other"], FIXED_TESTS + "def test_other(): pass\n", "1 test was left out"),
    ],
)
def test_only_a_full_run_finds_entries_stale(run, pytester, options, source, reason):
    baseline = ("--querywatch-baseline=base.txt", "--querywatch-update-baseline")
    run(*baseline, source=BAD_TESTS)
    written = (pytester.path / "base.txt").read_text()
    if "was not asked for" in reason:
        pytester.makepyfile(test_other="def test_it(): pass")
    result = run(*baseline, *options, source=source)
    assert f"stale entries were not looked for: {reason}" in section(result)
    assert (pytester.path / "base.txt").read_text() == written


def test_a_baseline_that_cannot_be_written_is_an_error_of_its_own(run, pytester):
    result = run("--querywatch-baseline=gone/base.txt", "--querywatch-update-baseline", source=BAD_TESTS)
    assert result.ret == 2
    assert "gone/base.txt cannot be written" in result.stdout.str()


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_full_run_lists_ignores_that_matched_nothing(run, pytester, monkeypatch, workers):
    entries = [
        {"relation": "shop.Order.user", "reason": "one user"},
        {"relation": "shop.Order.items", "reason": "was bad once"},
        {"url_name": "shop:orders"},
    ]
    pytester.makepyfile(ignoring=f"from tests.settings import *\nQUERYWATCH = {{'IGNORE': {entries}}}")
    monkeypatch.setenv("PYTHONPATH", f"{REPOSITORY}{os.pathsep}{pytester.path}")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "ignoring")
    result = run("--querywatch=fail", *workers, source=BAD_TESTS)
    assert result.ret == 0
    assert section(result) == [
        "no N+1s in 0 of 1 watched tests",
        "entries of IGNORE that matched nothing in this run:",
        "  relation=shop.Order.items, reason=was bad once",
    ]
    assert (
        "matched nothing" not in run("--querywatch=fail", *workers, "test_pages.py::test_page").stdout.str()
    )


def test_shards_make_the_same_report_as_one_run(run, pytester):
    """As on several machines: each writes JSON lines, one command merges them."""
    run("--querywatch=report", "--querywatch-report=json:whole.jsonl", source=TESTS)
    names = re.findall(r"def (test_\w+)\(", TESTS)
    for number in range(3):
        chosen = " or ".join(f"({name})" for name in names[number::3])
        run("--querywatch=report", f"--querywatch-report=json:shard{number}.jsonl", "-k", chosen)
    whole, *shards = [
        merged(pytester, *files) for files in (["whole.jsonl"], *shard_orders([0, 1, 2], [2, 0, 1]))
    ]
    assert "N+1: shop.Order.user fetched 8 times" in whole
    assert shards == [whole, whole]


def shard_orders(*orders):
    return [[f"shard{number}.jsonl" for number in order] for order in orders]


def merged(pytester, *files):
    """What the command makes of them, but for times, which differ between runs."""
    command = ["-m", "django", "querywatch", "report", *files]
    ended = pytester.run(sys.executable, *command)
    assert ended.ret == 1, ended.stderr.str()
    return re.sub(r"[\d.]+ m?s\b", "? ms", ended.stdout.str())
