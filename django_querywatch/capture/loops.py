"""Loop evidence: which instructions of a code object can reach themselves, and over what the loop goes."""

from __future__ import annotations

import dis
from collections.abc import Iterable
from itertools import chain, dropwhile, pairwise, takewhile
from types import CodeType
from typing import Any


class Loop:
    """A natural loop: its instructions, the names it binds, and where its iterable is written."""

    __slots__ = (
        "body",
        "by_call",
        "header",
        "is_fixed",
        "iterable",
        "last",
        "leaves_early",
        "questions",
        "targets",
    )

    def __init__(self, header: int, body: frozenset[int]) -> None:
        self.header = header
        self.last = max(body)
        """Offset of its last instruction: what lies before it and not in the body leaves the loop."""
        self.body = body
        self.targets: tuple[str, ...] = ()
        """Names bound by each round; those of a `while` are the names stored in its body, without a `for` inside."""
        self.iterable: dis.Positions | None = None
        """Source range of what a `for` iterates; None for `while`."""
        self.leaves_early = False
        """Whether a `for` may end by `break` or `return` before its items do."""
        self.is_fixed: bool | None = None
        """Whether it went over a literal or a declared constant when `fixed_loops` last looked."""
        self.questions: tuple[tuple[int, int], ...] | None = None
        """Lines of what is asked to know whether there is another round, when `searches` has looked."""
        self.by_call: dict[Any, bool] | None = None
        """The same by the way its function was called, where its source alone does not tell."""


def loops_in(code: CodeType) -> tuple[Loop, ...]:
    """All loops of a code object, innermost first (Aho, Lam, Sethi and Ullman, 9.6.6: natural loops).

    An instruction that leaves the loop by `return`, `break` or `raise` lies in no body, and neither does the
    successful attempt of a retry: only what can run again counts.
    """
    instructions = [i for i in dis.get_instructions(code) if i.opname != "CACHE"]
    back_jumps = [
        i
        for before, i in pairwise(instructions)
        if _is_back_jump(i)
        and before.opname != "CLEANUP_THROW"  # the way out of an await that was thrown into
    ]
    if not back_jumps:
        return ()
    predecessors = _predecessors(instructions)
    bodies: dict[int, set[int]] = {}
    for instruction in _closing(back_jumps, instructions, predecessors, code):
        body = bodies.setdefault(instruction.argval, {instruction.argval})
        _reach(instruction.offset, body, predecessors)
    loops = [Loop(header, frozenset(body)) for header, body in bodies.items()]
    for loop in loops:
        _describe(loop, instructions)
    for loop in loops:
        if loop.iterable is None:
            loop.targets = _without_inner(loop, loops, instructions)
        loop.leaves_early = loop.iterable is not None and _leaves_early(loop, instructions)
    return tuple(sorted(loops, key=lambda loop: len(loop.body)))


def _is_back_jump(instruction: dis.Instruction) -> bool:
    # NO_INTERRUPT is the waiting loop of an await, not a loop of the source.
    return (
        instruction.opcode in _JUMPS
        and instruction.argval <= instruction.offset
        and not instruction.opname.endswith("NO_INTERRUPT")
    )


def _closing(
    back_jumps: list[dis.Instruction],
    instructions: list[dis.Instruction],
    predecessors: dict[int, list[int]],
    code: CodeType,
) -> list[dis.Instruction]:
    """The jumps that close a loop: nothing gets to them but through what they lead back to.

    The handlers of a `try` are compiled last, and from there the way on leads back, too.
    """
    followers: dict[int, list[int]] = {}
    for offset, before in predecessors.items():
        for one in before:
            followers.setdefault(one, []).append(offset)
    for entry in getattr(dis.Bytecode(code), "exception_entries", ()):  # in 3.11 to 3.14, undocumented
        for i in instructions:
            if entry.start <= i.offset < entry.end:
                followers.setdefault(i.offset, []).append(entry.target)
    without: dict[int, set[int]] = {}
    for header in {i.argval for i in back_jumps}:
        without[header] = {header}
        _reach(instructions[0].offset, without[header], followers)
    return [i for i in back_jumps if i.argval == i.offset or i.offset not in without[i.argval]]


def _predecessors(instructions: list[dis.Instruction]) -> dict[int, list[int]]:
    predecessors: dict[int, list[int]] = {}
    for instruction, following in zip(instructions, [*instructions[1:], None], strict=True):
        if instruction.opcode in _JUMPS:
            predecessors.setdefault(instruction.argval, []).append(instruction.offset)
        if following is not None and instruction.opname not in _ENDS:
            predecessors.setdefault(following.offset, []).append(instruction.offset)
    return predecessors


def _reach(start: int, reached: set[int], steps: dict[int, list[int]]) -> None:
    """Add what the steps lead to from `start`, as far as to what was reached before."""
    waiting = [start]
    while waiting:
        offset = waiting.pop()
        if offset not in reached:
            reached.add(offset)
            waiting.extend(steps.get(offset, ()))


def _describe(loop: Loop, instructions: list[dis.Instruction]) -> None:
    round_ = list(dropwhile(lambda i: i.offset < loop.header, instructions))
    start = next((n for n, i in enumerate(round_[:3]) if i.opname in _ROUND_STARTS), None)
    if start is None:
        stored: Iterable[list[str]] = (_stored_names(i) for i in round_ if i.offset in loop.body)
    else:
        loop.iterable = round_[start].positions
        opening = takewhile(lambda i: _stored_names(i) or i.opname in _BEFORE_STORES, round_[start + 1 :])
        stored = map(_stored_names, opening)
    loop.targets = tuple(dict.fromkeys(chain.from_iterable(stored)))


def _without_inner(loop: Loop, loops: list[Loop], instructions: list[dis.Instruction]) -> tuple[str, ...]:
    """The names of a `while`, without those that only a `for` inside it binds: behind that, they hold its last item."""
    inner = [one for one in loops if one.iterable is not None and one.body < loop.body]
    left_over = {name for one in inner for name in one.targets}
    own = {
        name
        for i in instructions
        if i.offset in loop.body and not any(i.offset in one.body for one in inner)
        for name in _stored_names(i)
    }
    return tuple(name for name in loop.targets if name in own or name not in left_over)


def _leaves_early(loop: Loop, instructions: list[dis.Instruction]) -> bool:
    """Whether an instruction of the body, the round's start aside, leads out of it and not to a `raise`."""
    for position, instruction in enumerate(instructions):
        if instruction.offset not in loop.body or instruction.opname in _ROUND_STARTS:
            continue
        ways = [instruction.argval] if instruction.opcode in _JUMPS else []
        if instruction.opname not in _ENDS and position + 1 < len(instructions):
            ways.append(instructions[position + 1].offset)
        if any(way not in loop.body and not _raises(way, instructions) for way in ways):
            return True
    return False


def _raises(start: int, instructions: list[dis.Instruction]) -> bool:
    """Whether straight-line code from `start` ends in a `raise`."""
    way = dropwhile(lambda i: i.offset < start, instructions)
    end = next((i for i in way if i.opname in _ENDS or i.opcode in _JUMPS), None)
    return end is not None and end.opname in ("RAISE_VARARGS", "RERAISE")


def _stored_names(instruction: dis.Instruction) -> list[str]:
    if instruction.opname == "STORE_FAST_STORE_FAST":
        return list(instruction.argval)
    if instruction.opname == "STORE_FAST_LOAD_FAST":
        return [instruction.argval[0]]
    return [instruction.argval] if instruction.opname in _STORES else []


_JUMPS = frozenset(dis.hasjrel) | frozenset(dis.hasjabs)
_ENDS = frozenset(
    {
        "JUMP_FORWARD",
        "JUMP_BACKWARD",
        "JUMP_BACKWARD_NO_INTERRUPT",
        "RETURN_VALUE",
        "RETURN_CONST",
        "RAISE_VARARGS",
        "RERAISE",
    }
)
_ROUND_STARTS = frozenset({"FOR_ITER", "GET_ANEXT"})
_STORES = frozenset({"STORE_FAST", "STORE_DEREF", "STORE_NAME", "STORE_GLOBAL"})
_BEFORE_STORES = frozenset(
    {
        "UNPACK_SEQUENCE",
        "UNPACK_EX",
        "EXTENDED_ARG",
        "COPY",
        "SWAP",
        "NOP",
        "GET_ANEXT",
        "LOAD_CONST",
        "SEND",
        "YIELD_VALUE",
        "RESUME",
        "END_SEND",
        "JUMP_BACKWARD_NO_INTERRUPT",
        "LOAD_FAST",
    }
)
