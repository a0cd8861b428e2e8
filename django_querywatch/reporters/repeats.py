"""How often this process met a finding, so that a thousand requests do not tell one thing a thousand times."""

from __future__ import annotations


class Repeats:
    """Counts by finding id. Two dicts that take turns need no lock and stay small."""

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._recent: dict[str, int] = {}
        self._older: dict[str, int] = {}

    def count(self, finding_id: str) -> int:
        """Note a finding once more; gives how many times it was met so far, which is exact but under a race."""
        known = self._recent.get(finding_id)
        if known is None:
            known = self._older.get(finding_id, 0)
            if len(self._recent) >= self._size:
                self._older, self._recent = self._recent, {}
        self._recent[finding_id] = known + 1
        return known + 1

    def __len__(self) -> int:
        return len(self._recent.keys() | self._older.keys())


def is_told(times: int) -> bool:
    """Whether a finding is told this time: the 1st, the 10th, the 100th, the 1,000th, and so on."""
    while times >= 10 and times % 10 == 0:
        times //= 10
    return times == 1
