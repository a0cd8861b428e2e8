"""What a failed assertion says."""

from __future__ import annotations

from collections.abc import Sequence

from django_querywatch.capture import query_groups
from django_querywatch.recording import Recording
from django_querywatch.records import Finding, QueryGroup, Report
from django_querywatch.reporters import wording
from django_querywatch.reporters.escaping import escape
from django_querywatch.reporters.text import place_of, render_finding
from django_querywatch.testing.rules import Rules

_MOST_GROUPS = 5


def failure_text(recording: Recording, rules: Rules) -> str | None:
    """Every finding that may not be, and a budget that is overdrawn; None where all is well."""
    return problem_text(recording, rules, recording.report(rules.config()))


def problem_text(recording: Recording, rules: Rules, report: Report) -> str | None:
    """The same, of a report that may lack what is tolerated."""
    parts = [*map(finding_text, rules.failures(report)), *_budget(recording, rules)]
    return "\n".join(parts) if parts else None


def finding_text(finding: Finding) -> str:
    """The finding with a sample of its SQL."""
    text = render_finding(finding)
    sql = f"sql: {escape(finding.sql)}"
    return text if not finding.sql or sql in text else f"{text}\n  {sql}"


def group_text(group: QueryGroup) -> str:
    """``50 times: SELECT ... at shop/views.py:12 in orders``."""
    places = {stack.place: stack.count for stack in sorted(group.stacks, key=lambda stack: stack.count)}
    worst = next((place for place in reversed(places) if place), None)
    at = f"\n    at {place_of(worst)}" if worst else ""
    return f"{wording.times(group.count)}: {escape(group.fingerprint)}{at}"


def _budget(recording: Recording, rules: Rules) -> Sequence[str]:
    if rules.max_queries is None:
        return ()
    groups = [group for group in query_groups(recording.recorder.counts, 0.0) if rules.counts(group.alias)]
    made = recording.query_count if rules.using is None else sum(group.count for group in groups)
    if made <= rules.max_queries:
        return ()
    most = sorted(groups, key=lambda group: -group.count)[:_MOST_GROUPS]
    headline = f"{wording.queries(made)} made, and max_queries allows {rules.max_queries}; the most frequent:"
    return ["\n  ".join([headline, *map(group_text, most)])]
