"""The kinds of finding, in the order in which reports list them."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "n_plus_one",
    "n_plus_one_write",
    "over_budget",
    "potential_n_plus_one",
    "duplicate",
    "wasteful_check",
    "unused_eager_loading",
    "unread_column",
    "slow_query",
]
Certainty = Literal["certain", "likely"]

N_PLUS_ONE_KINDS: tuple[Kind, ...] = ("n_plus_one", "n_plus_one_write")
"""The kinds that are an N+1 beyond doubt of rows: what tests fail for by default."""

WARNING_KINDS: tuple[Kind, ...] = (*N_PLUS_ONE_KINDS, "over_budget")
"""The kinds that are told as warnings: a budget is drawn up by the project itself."""

KINDS: tuple[Kind, ...] = (
    *WARNING_KINDS,
    "potential_n_plus_one",
    "duplicate",
    "wasteful_check",
    "unused_eager_loading",
    "unread_column",
    "slow_query",
)
