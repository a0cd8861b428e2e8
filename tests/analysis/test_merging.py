"""Findings that one change cures are one finding, and only these."""

from __future__ import annotations

import pytest

from django_querywatch.analysis.merging import merge
from django_querywatch.records import Finding
from tests.analysis.values import finding


def behind(path: str, suggestion: str, number: int) -> Finding:
    return finding(id=str(number), path=path, suggestion=suggestion, root_model="shelf.Link", count=4)


def generic(*querysets: str) -> str:
    return f'prefetch_related(GenericPrefetch("tag__item", [{", ".join(querysets)}]))'


DEEPEST = generic('Badge.objects.select_related("profile__person")')


@pytest.mark.parametrize(
    ("path", "suggestion", "is_cured"),
    [
        ("tag", 'select_related("tag")', True),
        ("tag__item", 'prefetch_related("tag__item")', True),
        ("tag__item__profile", generic('Badge.objects.select_related("profile")'), True),
        ("tag__item__profile", generic('Badge.objects.prefetch_related("profile")'), True),
        (
            "tag__item__profile",
            generic('Badge.objects.select_related("profile")', 'Deal.objects.select_related("profile")'),
            False,
        ),
        ("tag__item__profile", generic('Badge.objects.annotate(count=Count("profile"))'), False),
        ("tag__item__buyer", generic('Deal.objects.select_related("buyer")'), False),
    ],
)
def test_what_lies_on_the_way_behind_a_generic_key_is_cured_with_the_deepest(
    path: str, suggestion: str, is_cured: bool
) -> None:
    found = [behind(path, suggestion, 1), behind("tag__item__profile__person", DEEPEST, 2)]
    assert [one.count for one in merge(found)] == ([8] if is_cured else [4, 4])


def test_a_fix_with_conditions_cures_no_other() -> None:
    words = generic(
        'Badge.objects.prefetch_related(Prefetch("profile__person", queryset=Person.objects.all()))'
    )
    found = [behind("tag", 'select_related("tag")', 1), behind("tag__item__profile__person", words, 2)]
    assert len(merge(found)) == 2


def test_an_option_is_written_once_for_all_that_it_has_to_hold() -> None:
    found = [
        behind("order", 'list_select_related = ("order",)', 1),
        behind("product", 'list_select_related = ("product",)', 2),
        behind("order__user", 'list_select_related = ("order__user",)', 3),
    ]
    whole = 'list_select_related = ("order__user", "product")'
    merged = merge(found)
    assert [(one.path, one.suggestion, one.count) for one in merged] == [
        ("order__user", whole, 8),
        ("product", whole, 4),
    ]
