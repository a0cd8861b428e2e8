"""What is written in the source repeats no query per row; what is filled, handed over or set while it runs may."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

import pytest
from django.conf import settings
from django.db import models

from django_querywatch.records import N_PLUS_ONE_KINDS
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order
from tests.recorded import report_of

pytestmark = pytest.mark.django_db
QUANTITIES = (1, 2, 3)
READ_ONLY = MappingProxyType({1: "one", 2: "two", 3: "three"})
WAITING: set[int] = set()
STARTED_WITH = [1]
CHECKS: list[Callable[[], int]] = []
ORDERS = 5


@pytest.fixture(autouse=True)
def orders() -> Iterable[list[Order]]:
    yield OrderFactory.create_batch(ORDERS)
    WAITING.clear()
    del STARTED_WITH[1:]


def keys() -> list[int]:
    return list(Order.objects.values_list("pk", flat=True))


def found(work: Callable[[], object]) -> bool:
    return bool(report_of(work).of_kind(*N_PLUS_ONE_KINDS))


def ask(key: int) -> Order | None:
    return Order.objects.filter(pk=key).first()


def grouped_by_hand() -> None:
    totals: dict[int, int] = {}
    for order in Order.objects.all():
        totals[order.pk] = totals.get(order.pk, 0) + 1
    for key in totals.items():
        ask(key[0])


def added_to_a_literal() -> None:
    totals = {0: 0}
    for key in keys():
        totals[key] = key
    for key in totals:
        ask(key)


def slice_replaced() -> None:
    chosen: list[int] = []
    chosen[:] = keys()
    for key in chosen:
        ask(key)


def filled_by_a_loop_and_by_hand() -> None:
    chosen = [0]
    for key in keys():
        chosen.append(key)
    chosen.append(1)
    for key in chosen:
        ask(key)


def extended_by_data() -> None:
    chosen = [0]
    chosen.extend(keys())
    for key in chosen:
        ask(key)


def filled_by_a_callee() -> None:
    chosen: list[int] = []
    chosen.append(0)
    fill(chosen)
    for key in chosen:
        ask(key)


def fill(chosen: list[int]) -> None:
    chosen += keys()


def one_or_all(wanted: int | None) -> list[int]:
    if wanted is not None:
        return [wanted]
    return keys()


def by_one_way_of_a_function() -> None:
    for key in one_or_all(None):
        ask(key)


def what_it_was_given(chosen: list[int]) -> list[int]:
    return [*chosen]


def handed_through() -> None:
    for key in what_it_was_given(keys()):
        ask(key)


def filled_by_another() -> None:
    heap: list[int] = []
    for key in keys():
        heapq.heappush(heap, key)
    for key in heap:
        ask(key)


def module_set_filled() -> None:
    WAITING.update(keys())
    for key in WAITING:
        ask(key)


def module_list_filled() -> None:
    STARTED_WITH.extend(keys())
    for key in STARTED_WITH:
        ask(key)


def counted_down_from_data() -> None:
    chosen = keys()
    left = len(chosen)
    while left > 0:
        left -= 1
        ask(chosen[left])


def left_in_a_queue() -> None:
    chosen = keys()
    while len(chosen) > 0:
        ask(chosen.pop())


def rebound_parameter(chosen: Iterable[int] = ()) -> None:
    chosen = chosen or keys()
    for key in chosen:
        ask(key)


def given_before(chosen: Iterable[int] = (1, 2, 3)) -> None:
    for key in chosen:
        ask(key)


def given_to_a_partial() -> None:
    later = partial(given_before, chosen=keys())
    later()


class Board:
    rows: ClassVar[Any] = []
    numbers = (1, 2, 3)

    def __init__(self, rows: Any = None, numbers: Any = None) -> None:
        if rows is not None:
            self.rows = rows
        if numbers is not None:
            self.numbers = numbers

    def render(self) -> None:
        for key in self.rows:
            ask(key)

    def count(self) -> None:
        for key in self.numbers:
            ask(key)


def own_rows_behind_a_default() -> None:
    Board(keys()).render()


ask_all = lambda chosen: [ask(key) for key in chosen]  # noqa: E731


def lambda_with_a_namesake() -> None:
    chosen = (1, 2)
    assert chosen
    ask_all(keys())


@pytest.mark.parametrize(
    "work",
    [
        grouped_by_hand,
        added_to_a_literal,
        slice_replaced,
        filled_by_a_loop_and_by_hand,
        extended_by_data,
        filled_by_a_callee,
        by_one_way_of_a_function,
        handed_through,
        filled_by_another,
        module_set_filled,
        module_list_filled,
        counted_down_from_data,
        left_in_a_queue,
        rebound_parameter,
        given_to_a_partial,
        own_rows_behind_a_default,
        lambda_with_a_namesake,
    ],
)
def test_what_is_filled_while_it_runs_is_data(work: Callable[[], None]) -> None:
    assert found(work)


def literal_dict() -> None:
    for key, _name in {1: "one", 2: "two", 3: "three"}.items():
        ask(key)


def literal_or_nothing() -> None:
    numbers: list[int] = []
    if settings.configured:
        numbers = [1, 2, 3]
    for key in numbers:
        ask(key)


def keywords() -> None:
    for _name, key in dict(one=1, two=2, three=3).items():  # noqa: C408
        ask(key)


def words() -> None:
    for word in "1 2 3".split():  # noqa: SIM905
        ask(int(word))


def module_constant() -> None:
    for key in QUANTITIES:
        ask(key)


class Rule:
    def __init__(self, key: int) -> None:
        self.key = key


RULES = [Rule(1), Rule(2), Rule(3)]


def module_list_of_objects() -> None:
    for rule in RULES:
        ask(rule.key)


def counted() -> None:
    number = 0
    while number < 3:
        number += 1
        ask(number)


def counted_down() -> None:
    left = 3
    while left > 0:
        ask(left)
        left -= 1


def filled_up_to_a_constant() -> None:
    asked: list[object] = []
    while len(asked) < 3:
        number = len(asked)
        asked.append(ask(number))


def left_to_its_default(chosen: Iterable[int] = (1, 2, 3)) -> None:
    for key in chosen:
        ask(key)


def setting_or_nothing() -> None:
    for key in getattr(settings, "QUERYWATCH_TEST_NUMBERS", []):
        ask(key)


def enum_of_a_function() -> None:
    class Step(models.IntegerChoices):
        ONE = 1
        TWO = 2
        THREE = 3

    for value, _label in Step.choices:
        ask(value)


def class_constant() -> None:
    Board().count()


def filled_one_by_one() -> None:
    numbers = [1]
    numbers.append(2)
    if settings.configured:
        numbers += [3, 4]
    for key in numbers:
        ask(key)


def named_one_by_one() -> None:
    numbers = {}
    numbers["one"] = 1
    numbers["two"] = 2
    numbers["three"] = 3
    for key in numbers.values():
        ask(key)


def made_by_a_generator() -> None:
    for key in (number + 1 for number in range(3)):
        ask(key)


def as_many_as_constants() -> None:
    for position in range(len(QUANTITIES)):
        ask(QUANTITIES[position])


def tabs() -> list[int]:
    return [1, 2, *QUANTITIES]


class Tabs:
    @property
    def shown(self) -> tuple[int, ...]:
        return 1, 2, 3

    def all_of_them(self) -> list[int]:
        return list(QUANTITIES)

    def ask_shown(self) -> None:
        for key in self.shown:
            ask(key)

    def ask_all_of_them(self) -> None:
        for key in self.all_of_them():
            ask(key)


def written_in_a_function() -> None:
    for key in tabs():
        ask(key)


def written_in_a_property() -> None:
    Tabs().ask_shown()


def written_in_a_method() -> None:
    Tabs().ask_all_of_them()


def read_only_constant() -> None:
    for key in READ_ONLY:
        ask(key)


ask_constant = lambda: [ask(key) for key in QUANTITIES]  # noqa: E731


@pytest.mark.parametrize(
    "work",
    [
        literal_dict,
        literal_or_nothing,
        keywords,
        words,
        module_constant,
        module_list_of_objects,
        counted,
        counted_down,
        filled_up_to_a_constant,
        left_to_its_default,
        setting_or_nothing,
        enum_of_a_function,
        class_constant,
        filled_one_by_one,
        named_one_by_one,
        made_by_a_generator,
        as_many_as_constants,
        written_in_a_function,
        written_in_a_property,
        written_in_a_method,
        read_only_constant,
        ask_constant,
    ],
)
def test_what_is_written_in_the_source_is_not(work: Callable[[], None], settings: Any) -> None:
    settings.QUERYWATCH_TEST_NUMBERS = [1, 2, 3]
    assert not found(work)


def ask_each(chosen: Iterable[int]) -> None:
    for key in chosen:
        ask(key)


def with_a_literal() -> None:
    ask_each([1, 2, 3])


def with_data() -> None:
    ask_each(keys())


def with_data_on_the_object() -> None:
    Board(numbers=keys()).count()


def ask_days(days: int = 30) -> None:
    for day in range(days):
        ask(day)


def with_a_number() -> None:
    ask_days(days=4)


def with_the_number_of_rows() -> None:
    ask_days(len(keys()))


@pytest.mark.parametrize(
    ("silent", "telling"),
    [
        (with_a_literal, with_data),
        (class_constant, with_data_on_the_object),
        (with_a_number, with_the_number_of_rows),
    ],
)
def test_each_caller_is_judged_by_itself(silent: Callable[[], None], telling: Callable[[], None]) -> None:
    for _ in range(2):
        assert not found(silent)
        assert found(telling)


def register() -> None:
    CHECKS.extend([Order.objects.count, Order.objects.all().count, Order.objects.filter(pk=1).count])


def run_checks() -> None:
    for check in CHECKS:
        check()


def test_a_registry_of_functions_is_filled_by_imports() -> None:
    register()
    assert not found(run_checks)
