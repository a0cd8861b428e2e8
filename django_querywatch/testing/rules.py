"""What makes a block or a test fail: the options of the assertions and of the marker, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from django.db import connections

from django_querywatch.conf import get_config
from django_querywatch.ignore_rules import ignore_problem, nearest
from django_querywatch.records import KINDS, N_PLUS_ONE_KINDS, Config, Finding, Kind, Report

OPTIONS = ("kinds", "threshold", "potential", "max_queries", "using", "ignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a block fails."""

    kinds: tuple[Kind, ...] = N_PLUS_ONE_KINDS
    threshold: int | None = None
    max_queries: int | None = None
    using: tuple[str, ...] | None = None
    """The aliases that count; None: all."""
    ignore: tuple[Mapping[str, str], ...] = ()

    def config(self) -> Config:
        """The settings, with what the rules change of them."""
        config = get_config()
        threshold = config.threshold if self.threshold is None else self.threshold
        return replace(config, threshold=threshold, ignore=(*config.ignore, *self.ignore))

    def failures(self, report: Report) -> tuple[Finding, ...]:
        """The findings of a report that may not be."""
        return tuple(finding for finding in report.of_kind(*self.kinds) if self.counts(finding.alias))

    def counts(self, alias: str) -> bool:
        return self.using is None or alias in self.using


def rules(
    *,
    kinds: Iterable[str] | str | None = None,
    threshold: int | None = None,
    potential: bool = False,
    max_queries: int | None = None,
    using: Iterable[str] | str | None = None,
    ignore: Iterable[Mapping[str, str]] = (),
) -> Rules:
    """Rules of options; ValueError says which option is wrong, and what it may be."""
    chosen = N_PLUS_ONE_KINDS if kinds is None else _texts(kinds)
    if potential and "potential_n_plus_one" not in chosen:
        chosen = (*chosen, "potential_n_plus_one")
    return Rules(
        kinds=_kinds(chosen),
        threshold=_whole_number("threshold", threshold, least=2),
        max_queries=_whole_number("max_queries", max_queries, least=0),
        using=None if using is None else _aliases(_texts(using)),
        ignore=_ignores(ignore),
    )


def check_option_names(names: Iterable[str]) -> None:
    """TypeError for an option that there is not, naming the nearest there is."""
    for name in names:
        if name not in OPTIONS:
            hint = nearest(name, OPTIONS) or f"valid are {', '.join(OPTIONS)}"
            raise TypeError(f"unknown option {name!r}; {hint}")


def _texts(value: Iterable[str] | str) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _kinds(names: Iterable[str]) -> tuple[Kind, ...]:
    for name in names:
        if name not in get_args(Kind):
            hint = nearest(name, KINDS) or f"valid are {', '.join(KINDS)}"
            raise ValueError(f"kinds: unknown kind {name!r}; {hint}")
    if not names:
        raise ValueError("kinds: without any kind nothing could ever fail")
    return tuple(names)  # type: ignore[arg-type]


def _whole_number(name: str, value: Any, least: int) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= least):
        return value
    raise ValueError(f"{name}: must be a whole number from {least} on, not {value!r}")


def _aliases(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in connections.settings:
            hint = nearest(name, connections.settings) or f"valid are {', '.join(connections.settings)}"
            raise ValueError(f"using: unknown database alias {name!r}; {hint}")
    if not names:
        raise ValueError("using: without any alias nothing could ever fail")
    return names


def _ignores(entries: Iterable[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    found = (entries,) if isinstance(entries, Mapping) else tuple(entries)
    for index, entry in enumerate(found):
        if problem := ignore_problem(entry):
            raise ValueError(f"ignore: entry {index} {problem}")
    return found
