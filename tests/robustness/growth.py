"""Whether a target's time is linear in the length of what it reads."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

LARGE = 40_000
LIMIT = 6
"""Four times the text may take this many times as long."""
SHORTEST = 0.0005
"""Seconds, below which the clock and the processor's caches say more than the algorithm does."""


def is_linear(read: Callable[[str], object], piece: str) -> bool:
    """By one of a few tries on the piece repeated: others want the processor, too."""
    large = (piece * (LARGE // len(piece) + 1))[:LARGE]
    return any(growth(read, large[: LARGE // 4], large) < LIMIT for _ in range(6))


def growth(read: Callable[[str], object], small: str, large: str) -> float:
    runs = [(_seconds(read, small), _seconds(read, large)) for _ in range(3)]
    return min(many for _, many in runs) / max(min(few for few, _ in runs), SHORTEST)


def _seconds(read: Callable[[str], object], text: str) -> float:
    start = process_time()
    read(text)
    return process_time() - start
