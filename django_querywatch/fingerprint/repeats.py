"""What is left of arms that repeat, and how many keys they asked for together."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from django_querywatch.fingerprint.tokens import counted, keys_in

Arm = list[str]

MORE = "..."
"""Stands for the further equal arms of a UNION, which is not the query that one arm would be."""

_AFTER_UNION = frozenset({"order", "limit", "for"})


def distinct(arms: list[Arm]) -> list[Arm]:
    """Return each arm once, in order."""
    lengths = Counter(map(len, arms))
    first_seen: list[list[Arm]] = []
    equals: dict[tuple[str, ...], list[Arm]] = {}
    for arm in arms:
        # An arm with a length of its own equals no other: hashing it too would make deep nesting quadratic.
        same = equals.setdefault(tuple(arm), []) if lengths[len(arm)] > 1 else []
        if not same:
            first_seen.append(same)
        same.append(arm)
    return [one_of(same) for same in first_seen]


def runs(arms: list[Arm]) -> list[list[Arm]]:
    """Return the arms in groups of consecutive equals."""
    return [list(same) for _, same in groupby(arms)]


def one_of(same: list[Arm]) -> Arm:
    """Return one of some equal arms; its last token knows how many keys they had together."""
    arm = same[0]
    if len(same) > 1 and arm:
        arm[-1] = counted(arm[-1], sum(map(keys_in, same)))
    return arm


def without_part(arms: list[Arm], is_cut: bool) -> list[Arm]:
    """Leave out a last arm that the end of a cut text made a mere beginning of the one before."""
    is_part = is_cut and len(arms) > 1 and arms[-1] == arms[-2][: len(arms[-1])]
    return arms[:-1] if is_part else arms


def unions(arms: list[Arm], is_cut: bool) -> Arm:
    """Return a union's tokens, equal consecutive arms as one with a mark; all arms but the first open with UNION."""
    joints = [_joint(arm) for arm in arms]
    bodies = without_part([arm[len(joint) :] for arm, joint in zip(arms, joints, strict=True)], is_cut)
    tail = _split_tail(bodies)
    joints[0] = joints[1]
    joined = []
    place = 0
    for same in runs([[*joint, *body] for joint, body in zip(joints, bodies, strict=False)]):
        arm = one_of(same)
        joined += arm if place else arm[len(joints[0]) :]
        joined += [*joints[place], MORE] if len(same) > 1 else []
        place += len(same)
    return joined + tail


def _joint(arm: Arm) -> Arm:
    """Return ``union`` or ``union all`` from the beginning of an arm."""
    if arm[:1] != ["union"]:
        return []
    return arm[:2] if arm[1:2] in (["all"], ["distinct"]) else arm[:1]


def _split_tail(bodies: list[Arm]) -> Arm:
    """Cut what belongs to the whole union, its ORDER BY and LIMIT, off the last arm, and return it."""
    last, size = bodies[-1], len(bodies[-2]) if len(bodies) > 1 else 0
    if size and last[size : size + 1] and last[size] in _AFTER_UNION and last[:size] == bodies[-2]:
        bodies[-1] = last[:size]
        return last[size:]
    return []
