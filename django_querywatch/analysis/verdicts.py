"""The rules of repetition: when the queries of one cause are an N+1."""

from __future__ import annotations

from collections.abc import Sequence

from django_querywatch.records import Config, StackGroup

WITH_LOOP = 2
WITHOUT_LOOP = 3


def threshold(has_loop: bool, config: Config) -> int:
    """Repetitions that make an N+1: fewer where a loop over data is known to be on the way."""
    if config.threshold is not None:
        return config.threshold
    return WITH_LOOP if has_loop else WITHOUT_LOOP


def is_n_plus_one_by_lineage(stacks: Sequence[StackGroup], config: Config) -> bool:
    """One relation fetched for several rows of one set, by one stack again or in a loop over them.

    The rows tell it from different fields of one object; the repeated stack, or the loop, from straight-line
    reads of a few rows.
    """
    lazy = [stack for stack in stacks if not stack.is_exempt]
    count = sum(stack.count for stack in lazy)
    parents = {stack.first_parent for stack in lazy}
    has_several_parents = len(parents) > 1 or any(stack.has_distinct_parents for stack in lazy)
    is_repeated = any(stack.has_distinct_parents for stack in lazy)
    has_loop = any(stack.has_row_loop or stack.has_loop for stack in lazy)
    if not has_several_parents or not (is_repeated or has_loop):
        return False
    return count >= (config.threshold or WITH_LOOP)


def is_n_plus_one_by_loop(stack: StackGroup, config: Config) -> bool:
    """One statement by one stack with different parameters, where no lineage tells whose rows it is for."""
    if stack.is_exempt or (stack.is_many_keyed and not stack.has_row_loop and not stack.is_irregular):
        return False
    has_loop = stack.has_loop or stack.has_row_loop
    needed = threshold(has_loop, config)
    return stack.count >= needed and stack.distinct_parameters >= min(needed, WITHOUT_LOOP)


def is_n_plus_one_write(stack: StackGroup, config: Config) -> bool:
    """One write by one stack: in a loop over data, or again and again with different values."""
    if stack.is_exempt or stack.arity > 1:
        return False
    if stack.has_loop or stack.has_row_loop:
        return stack.count >= threshold(True, config)
    return stack.count >= threshold(False, config) and stack.distinct_parameters >= WITHOUT_LOOP


def is_potential(stack: StackGroup) -> bool:
    """A lazy fetch in a loop over a set that could have had many rows, and had one."""
    if stack.is_exempt or stack.is_peers or stack.leaves_early:
        return False
    if stack.lineage is not None:
        had_one_row = stack.lineage.rows == 1 or stack.loop_rows == 1
        return had_one_row and (stack.has_row_loop or stack.has_loop)
    rows = stack.source_rows
    return rows is not None and rows.rows == 1 and stack.has_row_loop and stack.is_proven_source
