"""What the panel keeps of a request, as plain JSON values, and how it is read again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import Any, Literal, cast, get_args

from django.utils.timezone import get_current_timezone

from django_querywatch.records import Report
from django_querywatch.reporters.cards import make_headline
from django_querywatch.reporters.json import report_from_dict, report_to_dict
from django_querywatch.reporters.json_reading import FormatError

State = Literal["done", "running", "unwatched", "disabled", "failed"]
_MOST_OTHERS = 10

_SENTENCES: dict[State, str] = {
    "unwatched": "Not watched",
    "disabled": "Switched off",
    "failed": "django-querywatch failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A request as the panel shows it."""

    state: State
    report: Report | None = None
    at: str = ""
    """Time of day."""

    @property
    def has_findings(self) -> bool:
        return self.report is not None and bool(self.report.findings)

    @property
    def sentence(self) -> str:
        return make_headline(self.report).sentence if self.report else _SENTENCES[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRequest:
    identity: str
    name: str
    at: str
    sentence: str


def stats_of(report: Report, *, is_running: bool) -> dict[str, Any]:
    """Never empty: the toolbar takes a panel without stats for one that is switched off."""
    return {**report_to_dict(report), "state": "running" if is_running else "done", "at": time()}


def shown(stats: dict[str, Any]) -> Shown:
    state = stats.get("state", "unwatched")
    if "format_version" not in stats:
        return Shown(state=cast(State, state) if state in _SENTENCES else "failed")
    try:
        report = report_from_dict(stats)
    except FormatError:
        return Shown(state="failed")
    return Shown(
        state=cast(State, state) if state in get_args(State) else "done", report=report, at=_clock(stats)
    )


def others_with_findings(
    requests: Iterable[tuple[str, dict[str, Any]]], but_not: str | None
) -> list[OtherRequest]:
    """The newest of the toolbar's other requests that have findings, newest first."""
    stats = [
        (identity, found) for identity, found in requests if identity != but_not and found.get("findings")
    ]
    stats.sort(key=lambda item: -float(item[1].get("at", 0)))
    return [
        OtherRequest(
            identity=identity,
            name=make_headline(now.report).name,
            at=now.at,
            sentence=now.sentence,
        )
        for identity, now in ((identity, shown(found)) for identity, found in stats[:_MOST_OTHERS])
        if now.report is not None
    ]


def _clock(stats: dict[str, Any]) -> str:
    moment = datetime.fromtimestamp(float(stats.get("at", 0)), UTC)
    return moment.astimezone(get_current_timezone()).strftime("%H:%M:%S")
