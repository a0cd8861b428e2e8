"""All cards of a report: causes first, worst first, then what is quieter."""

from __future__ import annotations

from dataclasses import dataclass

from django_querywatch.records import Config, Report
from django_querywatch.reporters.cards.card import Card, Sources, make_card
from django_querywatch.reporters.cards.excerpts import make_reader
from django_querywatch.reporters.cards.headline import Headline, make_headline
from django_querywatch.reporters.cards.statements import make_layout

_QUIET = ("duplicate", "wasteful_check", "unused_eager_loading", "unread_column", "slow_query")
_OPEN = 10
"""Cards shown in full; the rest are rows to unfold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    headline: Headline
    cards: tuple[Card, ...]
    rest: tuple[Card, ...]
    """Further causes, folded."""
    quiet: tuple[Card, ...]
    """What is no N+1 and no budget, folded."""


def make_board(report: Report, config: Config) -> Board:
    sources = Sources(config=config, read=make_reader(), layout=make_layout())
    cards = [make_card(finding, report, sources) for finding in report.findings]
    loud = [card for card in cards if card.kind not in _QUIET]
    return Board(
        headline=make_headline(report),
        cards=tuple(loud[:_OPEN]),
        rest=tuple(loud[_OPEN:]),
        quiet=tuple(card for card in cards if card.kind in _QUIET),
    )
