"""What is pickled, copied or cached while the tool records loads where the tool is not."""

from __future__ import annotations

import base64
import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count
from django.test import override_settings

import django_querywatch
from example_project.shop.models import Order, OrderItem, Product
from tests.robustness.visiting import fill
from tests.robustness.workers import count_in_worker

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
LOADER = """
import base64, copy, importlib.abc, pickle, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "django_querywatch":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import django
from django.conf import settings
settings.configure(
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "example_project.shop"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db.models import Model, QuerySet

value = pickle.loads(base64.b64decode(sys.stdin.read()))
copy.deepcopy(value)
pickle.loads(pickle.dumps(value))
rows = [value] if isinstance(value, Model) else list(value)
for row in rows:
    if isinstance(row, Model):
        str(row._state), row.pk, row.__dict__, repr(type(row))
        assert getattr(row._state, "_querywatch", None) is None
if isinstance(value, QuerySet):
    list(value.all()), value.count(), value.filter(pk=1).exists(), str(value.query)
assert not any(name.startswith("django_querywatch") for name in sys.modules)
print(len(rows))
"""

MAKERS: dict[str, Callable[[], Any]] = {
    "instance": lambda: Order.objects.first(),
    "instance, by a loop": lambda: next(order.user for order in Order.objects.all() if order.user),
    "instance with a related one": lambda: Order.objects.select_related("user").first(),
    "list of instances": lambda: list(OrderItem.objects.select_related("order__user", "product")),
    "evaluated queryset": lambda: evaluated(Order.objects.all()),
    "prefetched queryset": lambda: evaluated(Order.objects.prefetch_related("items__product")),
    "queryset's query": lambda: Order.objects.filter(pk__gt=0).annotate(number=Count("items")),
    "queryset of a related manager": lambda: evaluated(Product.objects.all()[0].reviews.all()),
    "queryset of many-to-many": lambda: Product.objects.all()[0].categories.all(),
    "deferred": lambda: evaluated(Order.objects.only("reference")),
    "values": lambda: evaluated(Order.objects.values("pk", "user__email")),
    "page of a paginator": lambda: Paginator(Order.objects.order_by("pk"), 2).page(1).object_list,
    "raw": lambda: list(Order.objects.raw("SELECT * FROM shop_order")),
    "after its relation was read": lambda: with_relation_read(),
    "made by hand": lambda: [Product.objects.create(name="new", price=1), Order.objects.earliest("pk")],
}


def evaluated(queryset: Any) -> Any:
    len(queryset)
    return queryset


def with_relation_read() -> Any:
    orders = list(Order.objects.all())
    for order in orders:
        assert order.user.email
        assert len(order.items.all()) == 3
    return orders


@pytest.fixture(autouse=True)
def shop() -> None:
    fill()


@pytest.mark.parametrize("what", MAKERS)
def test_pickles_made_while_recording_name_nothing_of_the_tool(what: str) -> None:
    with django_querywatch.record():
        made = MAKERS[what]()
        during = [pickle.dumps(made, protocol) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
        copied = copy.deepcopy(made)
        shallow = copy.copy(made)
    for data in (*during, pickle.dumps(made), pickle.dumps(copied), pickle.dumps(shallow)):
        assert b"django_querywatch" not in data
        pickle.loads(data)


def test_pickles_load_in_a_process_without_the_tool() -> None:
    """All of them in one process: starting it is what takes the time."""
    with django_querywatch.record():
        made = [maker() for maker in MAKERS.values()]
        rows = [row for value in made for row in (value if isinstance(value, list) else [value])]
        ended = load_elsewhere(rows)
    assert ended.stdout.strip() == str(len(rows)), ended.stderr


@pytest.mark.parametrize("what", ["prefetched queryset", "queryset's query", "queryset of many-to-many"])
def test_a_queryset_works_in_a_process_without_the_tool(what: str) -> None:
    with django_querywatch.record():
        ended = load_elsewhere(MAKERS[what]())
    assert ended.returncode == 0, ended.stderr


def load_elsewhere(value: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LOADER],
        input=base64.b64encode(pickle.dumps(value)).decode(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_a_pickled_querysets_query_goes_on_in_the_recording() -> None:
    with django_querywatch.record() as recording:
        orders = pickle.loads(pickle.dumps(Order.objects.all()))
        for order in orders:
            assert order.user
    (finding,) = recording.report().of_kind("n_plus_one")
    assert (finding.field, finding.count) == ("user", 4)


@pytest.mark.parametrize("backend", ["locmem.LocMemCache", "filebased.FileBasedCache"])
def test_what_was_cached_while_recording_comes_out_of_the_cache(backend: str, tmp_path: Path) -> None:
    settings = {"default": {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": str(tmp_path)}}
    with override_settings(CACHES=settings), django_querywatch.record():
        caches["default"].set("orders", Order.objects.select_related("user"))
        (first, *_rest) = caches["default"].get("orders")
        assert first.user.email
        cached = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
        assert len(cached) == ("file" in backend)


def test_a_copy_and_its_original_are_independent() -> None:
    with django_querywatch.record():
        order = Order.objects.first()
        assert order is not None
        twin = copy.copy(order)
        deep = copy.deepcopy(order)
        assert twin == deep == order
        assert twin.user.email == deep.user.email
        twin.reference = "changed"
    assert order.reference != "changed"
    twin.refresh_from_db()
    assert twin.reference == order.reference


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_workers_record_for_themselves(method: str) -> None:
    context = multiprocessing.get_context(method)
    with django_querywatch.record() as recording:
        before = recording.query_count
    name = str(connection.settings_dict["NAME"])
    with context.Pool(1) as pool:
        assert pool.apply_async(count_in_worker, (name, ["a", "b"])).get(60) == (0, 2, ["a", "b"])
    assert recording.query_count == before
