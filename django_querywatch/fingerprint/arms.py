"""Rule 7: equal arms of OR inside one bracket, of WHEN and of UNION become one that knows how many they were.

One pass over the tokens with a stack of what is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from django_querywatch.fingerprint import repeats
from django_querywatch.fingerprint.tokens import CLOSE, OPEN, OPENERS

ARM_WORDS = frozenset({"or", "when", "union", "in"})


@dataclass(slots=True)
class _Group:
    """A bracket, a CASE or the whole text, not yet closed, and where its arms are split in the output."""

    opener: str
    start: int
    in_case: bool
    separator: str = "or"
    select: int | None = None
    splits: list[int] = field(default_factory=list)
    unions: list[int] = field(default_factory=list)
    awaits_bound: bool = False
    joins_conditions: bool = False

    def read(self, token: str, place: int) -> None:
        """Take note of a token of this very group."""
        if token == self.separator:
            self.splits.append(place)
        elif token == "union":
            self.unions.append(place)
        elif token == "select":
            self.select = place if self.select is None else self.select
        elif token == "between":
            self.awaits_bound = True
        elif token == "and":
            self.joins_conditions = self.joins_conditions or not self.awaits_bound
            self.awaits_bound = False


def collapse_arms(tokens: list[str], is_cut: bool) -> list[str]:
    """Collapse the arms of every group; of a text that was cut, the last arm of each may be a mere part."""
    kept: list[str] = []
    groups = [_Group("", 0, False)]
    for token in tokens:
        if token in OPENERS:
            separator = "," if kept[-1:] == ["in"] else "or"
            groups.append(_Group(token, len(kept) + 1, groups[-1].in_case, separator))
        elif token == "case":
            groups.append(_Group(token, len(kept) + 1, True, "when"))
        elif token == CLOSE:
            _close_bracket(kept, groups)
            continue
        elif groups[-1].opener == "case" and token in ("else", "end"):
            _collapse_whens(kept, groups[-1], is_cut=False)
            groups[-1].splits.clear()
            if token == "end":
                groups.pop()
        else:
            groups[-1].read(token, len(kept))
        # A list in a CASE chooses a value (Django compares JSON so), it asks for no keys.
        kept.append(str(token) if groups[-1].in_case else token)
    while groups:
        _collapse(kept, groups.pop(), is_cut)
    return kept


def _close_bracket(kept: list[str], groups: list[_Group]) -> None:
    while groups[-1].opener == "case":
        groups.pop()
    if len(groups) == 1:
        kept.append(CLOSE)
        return
    group = groups.pop()
    bracket = group.start - 1
    has_one_arm = _collapse(kept, group, is_cut=False)
    if has_one_arm and group.opener == OPEN and not group.joins_conditions and kept[bracket - 1] != "not":
        del kept[bracket]
    else:
        kept.append(CLOSE)


def _collapse(kept: list[str], group: _Group, is_cut: bool) -> bool:
    """Collapse what the group holds; say whether one arm is left of several alternatives."""
    if group.unions:
        _collapse_unions(kept, group, is_cut)
    elif group.opener == "case":
        _collapse_whens(kept, group, is_cut)
    elif group.splits and group.opener and group.select is None:
        return _collapse_alternatives(kept, group, is_cut) and group.separator == "or"
    return False


def _collapse_alternatives(kept: list[str], group: _Group, is_cut: bool) -> bool:
    bounds = [group.start - 1, *group.splits, len(kept)]
    arms = [(before + 1, after) for before, after in pairwise(bounds)]
    return repeats.drop_equals(kept, arms, is_cut) == 1


def _collapse_whens(kept: list[str], group: _Group, is_cut: bool) -> None:
    if len(group.splits) > 1:
        repeats.drop_repeats(kept, list(pairwise([*group.splits, len(kept)])), is_cut)


def _collapse_unions(kept: list[str], group: _Group, is_cut: bool) -> None:
    start = group.start if group.select is None else group.select
    unions = [place for place in group.unions if place >= start]  # `(SELECT ...) UNION SELECT` has one before
    if unions:
        repeats.mark_unions(kept, list(pairwise([start, *unions, len(kept)])), is_cut)
