"""Long statements, and the time that a fingerprint of one takes."""

from __future__ import annotations

import time
from itertools import count

_fresh = count(1_000)


def in_list(size: int) -> str:
    return f"SELECT id FROM app_book WHERE id IN ({', '.join(['1234'] * (size // 6))})"


def or_chain(size: int) -> str:
    return f"SELECT id FROM app_book WHERE {' OR '.join(['id = 1234'] * (size // 13))}"


TEXTS = {"IN list": in_list, "OR chain": or_chain}


def fingerprint_seconds(make_text, size: int) -> float:
    """The best of five texts, each new to the cache."""
    from django_querywatch.fingerprint import fingerprint

    texts = [f"{make_text(size)} LIMIT {next(_fresh)}" for _ in range(5)]
    return min(_seconds(fingerprint, text) for text in texts)


def _seconds(function, text: str) -> float:
    start = time.process_time()
    function(text)
    return time.process_time() - start
