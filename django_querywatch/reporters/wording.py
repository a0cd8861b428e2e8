"""What a finding is called: the words that text, annotations and summaries share."""

from __future__ import annotations

import re

from django_querywatch.records import KINDS, N_PLUS_ONE_KINDS, Finding, Report
from django_querywatch.reporters.escaping import escape

KIND_WORDS = {
    "n_plus_one": "N+1",
    "n_plus_one_write": "N+1 write",
    "over_budget": "over budget",
    "potential_n_plus_one": "potential N+1",
    "duplicate": "duplicate",
    "wasteful_check": "wasteful check",
    "unused_eager_loading": "unused eager loading",
    "unread_column": "unread column",
    "slow_query": "slow query",
}
_PLURALS = {"over_budget": "over budget", "slow_query": "slow queries"}
_VERBS = {"SELECT": "fetched", "INSERT": "inserted", "UPDATE": "updated", "DELETE": "deleted"}
_CALL = re.compile(r"[a-z_][a-z0-9_]*\(")
_MOST_TABLES = 3


def label(finding: Finding) -> str:
    """``N+1``, or ``likely N+1`` where it rests on repetition alone."""
    words = KIND_WORDS[finding.kind]
    likely = finding.certainty == "likely" and finding.kind in N_PLUS_ONE_KINDS
    return f"likely {words}" if likely else words


def subject(finding: Finding) -> str:
    """The relation; where it is unknown, the model; where that is, what the SQL tells. Of a budget, the view."""
    if finding.budget:
        return escape(finding.budget.view)
    if finding.model:
        return escape(f"{finding.model}.{finding.field}" if finding.field else finding.model)
    tables = ", ".join(finding.tables[:_MOST_TABLES]) + (
        ", ..." if len(finding.tables) > _MOST_TABLES else ""
    )
    return escape(f"{finding.operation} on {tables}" if tables else finding.operation)


def sentence(finding: Finding) -> str:
    """The greppable first line: ``N+1: shop.Order.user fetched 50 times (41 ms, default)``."""
    if finding.budget:
        return f"{label(finding)}: {subject(finding)} {allowed(finding)} ({milliseconds(finding.duration)})"
    if finding.kind in ("unused_eager_loading", "unread_column"):
        return f"{label(finding)}: {subject(finding)} {unread(finding)}"
    if finding.kind == "wasteful_check":
        return f"{label(finding)}: {subject(finding)} {checked(finding)} ({cost(finding)})"
    return f"{label(finding)}: {subject(finding)} {_verb(finding)} {_often(finding)} ({cost(finding)})"


def _often(finding: Finding) -> str:
    if finding.kind == "duplicate":
        return f"{times(finding.count)} {_same_parameters(finding)}"
    if finding.kind != "potential_n_plus_one":
        return times(finding.count)
    if finding.also:  # the count is theirs, too: none of them was fetched again
        return f"for the only row, with {queries(finding.count)} along its path"
    return f"{times(finding.count)} for the only row"


def _same_parameters(finding: Finding) -> str:
    """One question asked again, or several of one place."""
    again = finding.avoidable
    if again + 1 >= finding.count or not again:
        return "with the same parameters"
    return f"in all, {times(again)} with parameters that were asked by before"


def cost(finding: Finding) -> str:
    return f"{milliseconds(finding.duration)}, {escape(finding.alias)}"


def _verb(finding: Finding) -> str:
    if not finding.model:
        return "run"
    if finding.kind == "n_plus_one_write" and finding.operation == "SELECT":
        return "written"  # by a call that looks first, such as get_or_create()
    return _VERBS.get(finding.operation, "queried")


def allowed(finding: Finding) -> str:
    """``made 51 queries, and max_queries(10) allows 10``; empty where there is no budget."""
    budget = finding.budget
    if budget is None:
        return ""
    return f"made {queries(finding.count)}, and {escape(budget.written)} allows {budget.limit}"


def checked(finding: Finding) -> str:
    """What is said of a check for rows."""
    if finding.avoidable:
        return f"asked for rows {times(finding.count)}, right before these were loaded"
    return f"counted {times(finding.count)}, to know whether there are rows"


def unread(finding: Finding) -> str:
    """What is said of a relation or a column that is loaded for nothing."""
    return f"loaded with its rows {times(finding.count)}, and never read"


def fix(finding: Finding) -> str | None:
    """The change as one would write it: the bare call behind the root queryset's model, or as it stands."""
    if not finding.suggestion:
        return None
    model = finding.root_model.rpartition(".")[2] if finding.root_model else None
    prefix = f"{model}.{finding.root_manager}." if model and _CALL.match(finding.suggestion) else ""
    return escape(prefix + finding.suggestion)


def others(finding: Finding) -> str:
    """The other relations that the fix cures."""
    return ", ".join(map(escape, finding.also))


def saving(finding: Finding) -> str:
    """``51 -> 1 queries``; empty where this run shows no saving, as with a single row."""
    if finding.avoidable <= 0:
        return ""
    return f"{finding.queries_before} -> {finding.queries_after} queries"


def verdict(report: Report) -> str:
    """``2 N+1s, 1 duplicate``, in the order of ``KINDS``."""
    counts = {kind: len(report.of_kind(kind)) for kind in KINDS}
    return ", ".join(_plural(kind, count) for kind, count in counts.items() if count) or "no findings"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def counted(count: int, noun: str) -> str:
    """``1 test``, ``2 tests``"""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def queries(count: int) -> str:
    return "1 query" if count == 1 else f"{count} queries"


def milliseconds(seconds: float) -> str:
    value = seconds * 1000
    if value >= 10_000:
        return f"{seconds:.1f} s"
    return f"{value:.0f} ms" if value >= 9.95 else f"{value:.1f} ms"


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return f"1 {KIND_WORDS[kind]}"
    return f"{count} {_PLURALS.get(kind, KIND_WORDS[kind] + 's')}"
