"""One finding as a card: what happened, where, which queryset to change, and the change."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django_querywatch.records import Config, Finding, Report
from django_querywatch.reporters import wording
from django_querywatch.reporters.cards.excerpts import Reader
from django_querywatch.reporters.cards.places import Place, make_place
from django_querywatch.reporters.cards.statements import Layout
from django_querywatch.reporters.cards.timeline import Timeline, make_timeline
from django_querywatch.reporters.escaping import escape

_CALL = re.compile(r"[a-z_][a-z0-9_]*\(")
_MOST_PLACES = 5
_LOCATION_WORDS = {
    "over_budget": "Defined in",
    "unused_eager_loading": "Loaded in",
    "unread_column": "Loaded in",
}
_DONE = {"SELECT": "fetched", "INSERT": "inserted", "UPDATE": "updated", "DELETE": "deleted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One statement of a budget."""

    count: str
    sql: str
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    kind: str
    """Kind of finding, as a name of a style."""
    label: str
    subject: str
    words: str
    count: str
    duration: str
    alias: str
    also: str
    location: Place | None
    location_words: str
    """What happened there."""
    other_places: tuple[Place, ...]
    unlisted_places: str
    """How many more there are; empty where all are listed."""
    origin: Place | None
    origin_words: str
    """What to do with the line of the origin."""
    root_model: str
    fix: str
    is_chained: bool
    """The fix is a call to append to the queryset."""
    advice: str
    before: str
    """Queries of the whole page."""
    after: str
    """The same with this fix; empty where it saves none."""
    statements: tuple[Spent, ...]
    """What the queries of a view over its budget went for."""
    timeline: Timeline | None
    sql: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a card is made with: settings, a reader of files, a layout of SQL."""

    config: Config
    read: Reader
    layout: Layout


def make_card(finding: Finding, report: Report, sources: Sources) -> Card:
    config, read = sources.config, sources.read
    others = [frame for frame in finding.locations if frame != finding.location]
    saves = finding.avoidable > 0
    return Card(
        kind=finding.kind,
        label=wording.label(finding),
        subject=wording.subject(finding),
        words=_words(finding),
        count=str(finding.count),
        duration=wording.milliseconds(finding.duration),
        alias=escape(finding.alias),
        also=wording.others(finding),
        location=make_place(finding.location, config, read, finding.source) if finding.location else None,
        location_words=_LOCATION_WORDS.get(finding.kind, "Asked for in"),
        other_places=tuple(make_place(frame, config, read) for frame in others[:_MOST_PLACES]),
        unlisted_places=str(len(others) - _MOST_PLACES) if len(others) > _MOST_PLACES else "",
        origin=make_place(finding.origin, config, read) if finding.origin else None,
        origin_words=_origin_words(finding),
        root_model=escape(finding.root_model or ""),
        fix=_fix(finding),
        is_chained=_is_chained(finding),
        advice=escape(finding.advice or "", limit=600),
        before=str(report.query_count),
        after=str(report.query_count - finding.avoidable) if saves else "",
        statements=_spent(finding, sources),
        timeline=make_timeline(finding, report.elapsed),
        sql=sources.layout(finding.sql),
        parameters=tuple(map(escape, finding.parameters)) if config.show_params else (),
    )


def _spent(finding: Finding, sources: Sources) -> tuple[Spent, ...]:
    statements = finding.budget.statements if finding.budget else ()
    return tuple(
        Spent(
            count=str(statement.count),
            sql=sources.layout(statement.sql),
            place=make_place(statement.place, sources.config, sources.read) if statement.place else None,
        )
        for statement in statements
    )


def _is_chained(finding: Finding) -> bool:
    """A root queryset is known, so that the call goes behind whatever is written there already."""
    return bool(finding.path and finding.suggestion and _CALL.match(finding.suggestion))


def _origin_words(finding: Finding) -> str:
    if _is_chained(finding):
        return "Change the queryset in"
    return "Change the class in" if finding.path and finding.suggestion else "The rows come from"


def _fix(finding: Finding) -> str:
    if _is_chained(finding):
        return f".{escape(finding.suggestion or '')}"
    return wording.fix(finding) or ""


def _words(finding: Finding) -> str:
    done = _DONE.get(finding.operation, "queried") if finding.model else "run"
    match finding.kind:
        case "over_budget":
            return wording.allowed(finding)
        case "wasteful_check":
            return wording.checked(finding)
        case "unused_eager_loading" | "unread_column":
            return wording.unread(finding)
        case "slow_query":
            return f"{done} slowly"
        case "duplicate":
            return f"{done} again with the same parameters"
        case "potential_n_plus_one":
            return f"{done} for the only row: with more rows, once for each"
        case _:
            return f"{done} one by one, in a loop"
