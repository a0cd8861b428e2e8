"""The queries that are left when a suggestion is followed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from django_querywatch.analysis.related import Suggestion
from django_querywatch.analysis.suggestions import suggest
from django_querywatch.records import Frame, Lineage, QueryGroup, RelationAccess, StackGroup

BEHIND = Lineage(
    root_model="shelf.Comment",
    path=("target", "country"),
    to_many=(True, False),
    rows=6,
    generic_hops=1,
    models_behind=("shelf.Author", "shelf.Publisher"),
)


def behind(lineage: Lineage, kind: str = "forward") -> Suggestion:
    group = QueryGroup(
        key=1,
        kind="edge",
        alias="default",
        sql="",
        fingerprint="",
        operation="SELECT",
        tables=(),
        stacks=(),
        access=RelationAccess(kind=kind, model="shelf.Country", field="continent"),
    )
    return suggest(group, StackGroup(count=6, duration=0, lineage=lineage), lineage, "n_plus_one")


@pytest.mark.parametrize(
    ("kind", "call", "queries_needed"),
    [("forward", "select_related", 0), ("generic", "prefetch_related", 2)],
)
def test_each_model_behind_a_generic_key_has_a_prefetch_of_its_own(
    kind: str, call: str, queries_needed: int
) -> None:
    suggestion = behind(BEHIND, kind)
    assert suggestion.call == (
        f'prefetch_related(GenericPrefetch("target", [Author.objects.{call}("country__continent"), '
        f'Publisher.objects.{call}("country__continent")]))'
    )
    assert suggestion.queries_needed == queries_needed


@pytest.mark.parametrize(
    ("prefetched", "is_there"),
    [((), False), (("target",), True), (("target__country",), True), (("targets",), False)],
)
def test_a_prefetch_of_the_key_that_is_there_has_to_go(prefetched: tuple[str, ...], is_there: bool) -> None:
    """Django passes over a second one in silence."""
    words = behind(replace(BEHIND, prefetched=prefetched)).words
    assert words is not None
    assert words.endswith('in place of the prefetch of "target" that is there') == is_there


def test_a_generic_key_behind_another_gets_no_call() -> None:
    suggestion = behind(replace(BEHIND, models_behind=()))
    assert suggestion.call is None
    assert suggestion.words == '"target" leads to several models: fetch the relation for each of them'


LINE = Frame(file="/srv/shop/views.py", line=7, function="orders")


@pytest.mark.parametrize(
    ("stack", "is_frameworks"),
    [
        ({"has_line": False}, True),
        ({"has_line": False, "place": LINE, "built": LINE}, True),
        ({"has_line": False, "built": LINE, "is_foreign": True}, True),
        ({"has_line": False, "built": LINE}, False),
    ],
)
def test_what_the_project_built_is_not_a_frameworks_own(stack: dict[str, Any], is_frameworks: bool) -> None:
    """A task that nobody is seen to wait for has no line that asks, and yet a queryset of the project."""
    group = QueryGroup(
        key=1,
        kind="sql",
        alias="default",
        sql="",
        fingerprint="",
        operation="SELECT",
        tables=(),
        stacks=(),
        shape="get",
        lookup=("pk",),
        model="shop.Order",
    )
    suggestion = suggest(group, StackGroup(count=4, duration=0, **stack), None, "n_plus_one")
    assert suggestion.call is None
    assert suggestion.words is not None
    assert ("framework" in suggestion.words) == is_frameworks
