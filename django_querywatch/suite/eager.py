"""Eager loading over a whole run: what each process saw, as plain values that pytest-xdist can carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django_querywatch.analysis.ignores import without_ignored
from django_querywatch.analysis.unused_eager import with_unused
from django_querywatch.records import Config, EagerLoading, Frame, Report


def seen_loadings() -> list[dict[str, Any]]:
    """What this process loaded eagerly; what an ignore allows is as good as read."""
    from django_querywatch.capture import all_loadings
    from django_querywatch.conf import get_config

    config = get_config()
    return [
        asdict(replace(loading, is_used=loading.is_used or _is_ignored(loading, config)))
        for loading in all_loadings()
    ]


def _is_ignored(loading: EagerLoading, config: Config) -> bool:
    if not loading.is_proven:
        return False
    told = with_unused(Report(), [loading])
    return not without_ignored(told, config, date.today()).findings


def loadings_of(plain: Iterable[dict[str, Any]]) -> list[EagerLoading]:
    return [
        EagerLoading(**{**one, "origin": Frame(**one["origin"]), "written": tuple(one["written"])})
        for one in plain
    ]
