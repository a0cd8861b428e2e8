"""manage.py querywatch: pages requested in a transaction, files of reports merged, exit statuses."""

import io
import json
import subprocess
import sys

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.test import override_settings
from django.urls import path

from django_querywatch.changed_lines import changed_lines
from django_querywatch.progress import Progress
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order, OrderItem, Product
from example_project.urls import urlpatterns as shop_patterns

pytestmark = pytest.mark.django_db(databases=["default", "other"])


def raising_view(request):
    Order.objects.all().delete()
    raise LookupError("no such shelf")


urlpatterns = [*shop_patterns, path("raises/", raising_view)]


@pytest.fixture
def orders():
    return OrderFactory.create_batch(3)


@pytest.fixture
def querywatch(capsys):
    """Run the command; returns exit status, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = 0
        try:
            call_command("querywatch", *arguments)
        except CommandError as error:
            status = error.returncode
            print(error, file=sys.stderr)
        except SystemExit as leaving:
            status = leaving.code
        return (status, *capsys.readouterr())

    return run


def test_an_n_plus_one_page_is_reported_and_fails(orders, querywatch):
    status, output, errors = querywatch("/orders/")
    assert status == 1
    assert output.startswith("GET /orders/: 1 N+1, 4 queries")
    assert 'fix: Order.objects.select_related("user")    4 -> 1 queries' in output
    assert errors == ""


def test_a_failure_of_our_own_has_status_2(orders, querywatch, monkeypatch):
    def broken(*args):
        raise RuntimeError("ours")

    monkeypatch.setattr("django_querywatch.recording.analyze", broken)
    status, output, errors = querywatch("/orders/")
    assert status == 2
    assert "django-querywatch itself failed during this recording: findings may be missing" in output
    assert errors.startswith("django-querywatch itself failed in GET /orders/: findings may be missing.")


def test_a_fixed_page_passes(orders, querywatch):
    status, output, _ = querywatch("/orders/fixed/")
    assert status == 0
    assert output.startswith("GET /orders/fixed/: no findings, 1 query")


def test_several_pages_are_several_reports(orders, querywatch):
    status, output, _ = querywatch("/orders/fixed/", "/orders/", "/api/orders/?page=1")
    assert status == 1
    names = [line.partition(": ")[0] for line in output.splitlines() if line.startswith("GET ")]
    assert names == ["GET /orders/fixed/", "GET /orders/", "GET /api/orders/?page=1"]


def test_a_streamed_page_is_read_to_its_end(orders, querywatch):
    assert querywatch("/orders/export/")[0] == 1
    assert querywatch("/orders/export/fixed/")[0] == 0


def test_as_a_user(orders, querywatch):
    User.objects.create_superuser("boss")
    status, _, errors = querywatch("/admin/shop/customer/")
    assert status == 0
    assert "redirects to /admin/login/" in errors
    assert "Is --as missing?" in errors
    assert querywatch("/admin/shop/customer/fixed/", "--as", "nobody")[0] == 2
    status, output, _ = querywatch("/admin/shop/customer/", "--as", "boss")
    assert output.startswith("GET /admin/shop/customer/: ")
    assert "redirects" not in output


def test_a_method_with_data_and_everything_is_rolled_back(orders, querywatch):
    products = [Product.objects.create(name=name, price=1, stock=1) for name in "abc"]
    order = orders[0]
    OrderItem.objects.bulk_create(
        OrderItem(order=order, product=product, quantity=1, unit_price=1) for product in products
    )
    status, output, _ = querywatch(f"/order/{order.reference}/again/", "--method", "post", "--data", "note=x")
    assert status == 1
    assert "N+1 write: shop.OrderItem" in output
    assert Order.objects.count() == 3


def test_data_of_a_get_is_its_query(querywatch):
    product = Product.objects.create(name="a", price=1, stock=1)
    assert querywatch("/basket/", "--data", f"product={product.pk}")[0] == 0


@pytest.mark.parametrize("kind", ["n_plus_one_write", "slow_query"])
def test_fail_on_chooses_the_kinds(orders, querywatch, kind):
    assert querywatch("/orders/", "--fail-on", kind)[0] == 0
    assert querywatch("/orders/", "--fail-on", kind, "--fail-on", "n_plus_one")[0] == 1


def test_the_one_row_case_can_fail(querywatch):
    OrderFactory()
    assert querywatch("/orders/")[0] == 0
    assert querywatch("/orders/", "--fail-on", "potential_n_plus_one")[0] == 1


def test_formats_for_machines(orders, querywatch):
    line = json.loads(querywatch("/orders/", "--format", "json")[1])
    assert (line["name"], line["url_name"], line["query_count"]) == ("GET /orders/", "shop:orders", 4)
    sarif = json.loads(querywatch("/orders/", "--format", "sarif")[1])
    assert sarif["runs"][0]["results"][0]["ruleId"] == "n_plus_one"
    agent = querywatch("/orders/", "--format", "agent")[1]
    assert agent.startswith("N+1 shop.Order.user x3 | at ")
    assert agent.count("\n") == 1
    assert querywatch("/orders/", "--format", "github")[1].startswith("::warning file=")


def test_the_middleware_does_not_report_a_second_time(orders, querywatch, caplog):
    querywatch("/orders/")
    assert caplog.records == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["orders"], "'orders' is no path of this project: begin it with /"),
        (["/nothing/"], "/nothing/ does not resolve to a view."),
        (["/orders"], "/orders does not resolve to a view. Is its last slash missing?"),
        (["/orders/", "--as", "nobody"], "--as nobody: there is no such user"),
        (["/order/none/"], "GET /order/none/ answered 404: such a page proves nothing."),
        (["/raises/"], "GET /raises/ raised LookupError: no such shelf"),
        (["report"], "Name the files to merge"),
        (["report", "gone.jsonl"], "gone.jsonl cannot be read"),
        (["report", "x.jsonl", "--as", "boss"], "--as is for requests"),
    ],
)
def test_bad_input_is_told_with_status_2(orders, querywatch, arguments, message):
    with override_settings(ROOT_URLCONF=__name__):
        status, _output, errors = querywatch(*arguments)
    assert status == 2
    assert message in errors
    assert Order.objects.count() == 3


def test_other_pages_are_reported_when_one_raises(orders, querywatch):
    with override_settings(ROOT_URLCONF=__name__):
        status, output, errors = querywatch("/raises/", "/orders/")
    assert status == 2
    assert "raised LookupError" in errors
    assert output.startswith("GET /orders/: 1 N+1")


@pytest.mark.parametrize(
    "option", [["--fail-on", "n_plus_on"], ["--format", "pdf"], ["--method", "FETCH"], ["--x"]]
)
def test_an_unknown_option_has_status_2_on_the_command_line(option):
    done = subprocess.run(
        [sys.executable, "example_project/manage.py", "querywatch", "/orders/", *option],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "error:" in done.stderr


def test_no_database_is_told_with_status_2(querywatch, monkeypatch):
    def refuse(self, *args):
        raise DatabaseError("connection refused")

    monkeypatch.setattr("django.db.transaction.Atomic.__enter__", refuse)
    status, _, errors = querywatch("/orders/")
    assert status == 2
    assert "The database 'default' cannot be used: connection refused" in errors


def test_a_urlconf_that_cannot_be_read_is_told_with_status_2(querywatch):
    with override_settings(ROOT_URLCONF="no.such.urls"):
        status, _, errors = querywatch("/orders/")
    assert status == 2
    assert "The URLconf 'no.such.urls' cannot be read: No module named 'no'" in errors


def test_users_that_cannot_be_read_are_told_with_status_2(querywatch, monkeypatch):
    def refuse(self, name):
        raise DatabaseError("no such table: auth_user")

    monkeypatch.setattr("django.contrib.auth.models.UserManager.get_by_natural_key", refuse)
    status, _, errors = querywatch("/orders/", "--as", "boss")
    assert status == 2
    assert (
        "--as boss: the user cannot be logged in: no such table: auth_user. Is the database migrated?"
        in errors
    )


def test_a_database_without_transactions_is_not_written_to(querywatch, monkeypatch):
    monkeypatch.setattr(connections["default"].features, "supports_transactions", False)
    status, _, errors = querywatch("/orders/")
    assert status == 2
    assert "The database 'default' knows no transactions: nothing could be undone." in errors


def test_a_wrong_setting_is_told_with_status_2(querywatch, settings):
    settings.QUERYWATCH = {"TRESHOLD": 3}
    status, _, errors = querywatch("/orders/")
    assert status == 2
    assert "TRESHOLD" in errors


def test_reports_of_several_processes_merge_to_one(orders, querywatch, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text(querywatch("/orders/", "/orders/fixed/", "--format", "json")[1])
    status, output, _ = querywatch("report", str(tmp_path / "one"), str(tmp_path / "two"))
    assert status == 1
    assert output.startswith("merged: 1 N+1, 10 queries")
    assert output.count("N+1: shop.Order.user fetched 3 times") == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "file:2 is no JSON"), ('{"format_version": 99}', "file:2.format_version is newer")],
)
def test_a_wrong_line_of_a_report_file_is_named(querywatch, tmp_path, line, message):
    (tmp_path / "file").write_text(f'{{"format_version": 1}}\n{line}\n')
    status, output, errors = querywatch("report", str(tmp_path / "file"))
    assert (status, output) == (2, "")
    assert message in errors


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_shown_on_a_terminal_and_not_in_a_pipe():
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        with Progress(stream, 2) as progress:
            progress.step("/orders/")
    assert terminal.getvalue() == "\r\x1b[K1 of 2: /orders/\r\x1b[K"
    assert pipe.getvalue() == ""


def test_changed_lines_of_a_pull_request(tmp_path, monkeypatch):
    def git(*arguments):
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "a.py").write_text("1\n2\n3\n")
    git("add", "."), git("commit", "-qm", "base")
    (tmp_path / "a.py").write_text("1\ntwo\n3\n4\n5\n")
    (tmp_path / "ä.py").write_text("new\n")
    git("add", "."), git("commit", "-qm", "change")
    monkeypatch.delenv("GITHUB_BASE_REF", raising=False)
    assert changed_lines(tmp_path) == {}
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert changed_lines(tmp_path) == {"a.py": {2, 4, 5}, "ä.py": {1}}
    assert changed_lines(tmp_path / "none") == {}
