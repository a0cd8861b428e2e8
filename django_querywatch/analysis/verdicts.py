"""The rules of repetition: when the queries of one cause are an N+1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django_querywatch.records import Config, Frame, StackGroup

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


def are_choices_of_several_rows(stacks: Iterable[StackGroup], config: Config) -> bool:
    """Whether fields of a form, which ask one after the other, have querysets of several rows from one line.

    That line was in a loop, which has ended by then.
    """
    rows: dict[tuple[Frame | None, Frame], set[int]] = {}
    for stack in stacks:
        if stack.built is not None and not stack.is_exempt:
            rows.setdefault((stack.place, stack.built), set()).add(stack.first_parent)
    return any(len(found) >= threshold(False, config) for found in rows.values())


def is_n_plus_one_by_loop(stack: StackGroup, config: Config) -> bool:
    """One statement by one stack with different parameters, where no lineage tells whose rows it is for."""
    if stack.is_exempt or (stack.is_many_keyed and not stack.has_row_loop and not stack.is_irregular):
        return False
    has_loop = stack.has_loop or stack.has_row_loop
    needed = threshold(has_loop, config)
    return stack.count >= needed and stack.distinct_parameters >= min(needed, WITHOUT_LOOP)


def places_asked_for_rows(stacks: Iterable[StackGroup], config: Config) -> set[Frame | None]:
    """The places that ask by values of several rows that a loop goes over, in a loop over something written inside.

    Each round of the inner loop is a stack of its own where its values differ; the rows tell that all are repeated.
    """
    rows: dict[tuple[Frame | None, Frame | None, tuple[str, ...]], set[int]] = {}
    for stack in stacks:
        source, row = stack.source_rows, stack.source_row
        if source is None or row is None or not stack.is_proven_source:
            continue
        if not (stack.is_exempt or stack.is_many_keyed):
            rows.setdefault((stack.place, source.origin, source.path), set()).add(row)
    return {place for (place, *_), found in rows.items() if len(found) >= threshold(True, config)}


def is_n_plus_one_write(stack: StackGroup, config: Config) -> bool:
    """One write by one stack: in a loop over data, or again and again with different values."""
    if stack.is_exempt or stack.arity > 1 or (stack.is_many_keyed and not stack.has_row_loop):
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
