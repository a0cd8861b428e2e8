"""What is left of arms that repeat, and how many keys they asked for together."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from django_querywatch.fingerprint.tokens import counted, keys_in

Arm = list[str]

MORE = "..."
"""Stands for the further equal arms of a UNION, which is not the query that one arm would be."""

_AFTER_UNION = frozenset({"order", "limit", "for"})


def drop_equals(tokens: list[str], arms: list[tuple[int, int]], is_cut: bool) -> int:
    """Drop every arm, with the separator before it, that equals an earlier one; return how many are left.

    An arm with a length of its own equals no other and is not even read: nesting would make that quadratic.
    """
    if is_cut and _is_part(tokens, arms):
        del tokens[arms.pop()[0] - 1 :]
    lengths = Counter(end - start for start, end in arms)
    equals: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    left = []
    for start, end in arms:
        same = equals.setdefault(tuple(tokens[start:end]), []) if lengths[end - start] > 1 else []
        if not same:
            left.append((start, end))
        same.append((start, end))
    for same in equals.values():
        _count(tokens, same)
    if len(left) < len(arms):
        tokens[arms[0][0] :] = _joined(tokens, left)
    return len(left)


def _is_part(tokens: list[str], arms: list[tuple[int, int]]) -> bool:
    (first, _), (start, end) = arms[-2:]
    size = end - start
    return first + size < start and tokens[first : first + size] == tokens[start:end]


def _count(tokens: list[str], same: list[tuple[int, int]]) -> None:
    end = same[0][1]
    if len(same) > 1 and end > same[0][0]:
        tokens[end - 1] = counted(tokens[end - 1], sum(keys_in(tokens[slice(*arm)]) for arm in same))


def _joined(tokens: list[str], arms: list[tuple[int, int]]) -> Arm:
    """Return the arms with the separator that stood before each but the first."""
    (first, end), *others = arms
    joined = tokens[first:end]
    for start, end in others:
        joined += tokens[start - 1 : end]
    return joined


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
    """Return the tokens of a union, equal consecutive arms as one with a mark."""
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
