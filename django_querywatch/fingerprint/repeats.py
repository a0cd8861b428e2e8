"""What is left of arms that repeat, and how many keys they asked for together.

All work in place: what is nested in an arm that stays is neither read nor copied once for each level around it.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from django_querywatch.fingerprint.tokens import counted, keys_in

Arm = tuple[int, int]
"""Where an arm begins and ends."""

MORE = "..."
"""Stands for the further equal arms of a UNION, which is not the query that one arm would be."""

_AFTER_UNION = frozenset({"order", "limit", "for"})


def drop_equals(tokens: list[str], arms: list[Arm], is_cut: bool) -> int:
    """Drop every arm, with the separator before it, that equals an earlier one; return how many are left.

    An arm with a length of its own equals no other and is not even read: nesting would make that quadratic.
    """
    if is_cut and _is_part(tokens, arms):
        del tokens[arms.pop()[0] - 1 :]
    lengths = Counter(end - start for start, end in arms)
    equals: dict[tuple[str, ...], list[Arm]] = {}
    dropped = []
    for start, end in arms:
        if lengths[end - start] > 1:
            same = equals.setdefault(tuple(tokens[start:end]), [])
            if same:
                dropped.append((start - 1, end))
            same.append((start, end))
    for same in equals.values():
        _count(tokens, same)
    left = len(arms) - len(dropped)
    _delete(tokens, dropped)
    return left


def drop_repeats(tokens: list[str], arms: list[Arm], is_cut: bool) -> None:
    """Leave one of consecutive equal arms."""
    if is_cut and _is_part(tokens, arms):
        del tokens[arms.pop()[0] :]
    for same in reversed(_runs(tokens, arms)):
        _count(tokens, same)
        del tokens[same[0][1] : same[-1][1]]


def mark_unions(tokens: list[str], arms: list[Arm], is_cut: bool) -> None:
    """Leave one of consecutive equal arms of a union, with a mark; each but the first begins with its joint."""
    joints = [_joint(tokens, arm) for arm in arms]
    joints[0] = joints[1]
    bodies = [
        arms[0],
        *((start + len(joint), end) for (start, end), joint in zip(arms[1:], joints[1:], strict=True)),
    ]
    if is_cut and _is_part(tokens, bodies):
        bodies.pop()
        del tokens[arms[len(bodies)][0] :]
    _leave_tail(tokens, bodies)
    joint_of = dict(zip(bodies, joints, strict=False))
    for same in reversed(_runs(tokens, bodies, joint_of)):
        _count(tokens, same)
        tokens[same[0][1] : same[-1][1]] = [*joint_of[same[0]], MORE]


def _is_part(tokens: list[str], arms: list[Arm]) -> bool:
    """Whether the end of a cut text made the last arm a mere beginning of the one before."""
    if len(arms) < 2:
        return False
    (first, stop), (start, end) = arms[-2:]
    size = end - start
    return first + size <= stop and tokens[first : first + size] == tokens[start:end]


def _count(tokens: list[str], same: list[Arm]) -> None:
    start, end = same[0]
    if len(same) > 1 and end > start:
        tokens[end - 1] = counted(tokens[end - 1], sum(keys_in(tokens[slice(*arm)]) for arm in same))


def _delete(tokens: list[str], pieces: list[Arm]) -> None:
    """From the end, and what lies together at once."""
    while pieces:
        start, end = pieces.pop()
        while pieces and pieces[-1][1] == start:
            start = pieces.pop()[0]
        del tokens[start:end]


def _runs(tokens: list[str], arms: list[Arm], joints: dict[Arm, list[str]] | None = None) -> list[list[Arm]]:
    """The groups of two and more consecutive arms that are equal, and equally joined."""
    runs: list[list[Arm]] = []
    for before, arm in pairwise(arms):
        if joints is not None and joints[before] != joints[arm]:
            continue
        if before[1] - before[0] != arm[1] - arm[0] or tokens[slice(*before)] != tokens[slice(*arm)]:
            continue
        if runs and runs[-1][-1] == before:
            runs[-1].append(arm)
        else:
            runs.append([before, arm])
    return runs


def _joint(tokens: list[str], arm: Arm) -> list[str]:
    """Return ``union`` or ``union all`` from the beginning of an arm."""
    start, end = arm
    words = tokens[start : min(start + 2, end)]
    if words[:1] != ["union"]:
        return []
    return words if words[1:] in (["all"], ["distinct"]) else words[:1]


def _leave_tail(tokens: list[str], bodies: list[Arm]) -> None:
    """Take what belongs to the whole union, its ORDER BY and LIMIT, for no part of the last arm."""
    if len(bodies) < 2:
        return
    (first, stop), (start, end) = bodies[-2:]
    size = stop - first
    is_longer = size and start + size < end and tokens[start + size] in _AFTER_UNION
    if is_longer and tokens[start : start + size] == tokens[first:stop]:
        bodies[-1] = (start, start + size)
