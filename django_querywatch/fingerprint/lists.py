"""Rules 5, 6 and 8: lists, rows and limits become one of each, whatever their length."""

from __future__ import annotations

from django_querywatch.fingerprint.tokens import ANY_LIST, CLOSE, OPEN, OPENERS, VALUE, counted

_CONSTANT = frozenset({VALUE, ",", CLOSE}) | OPENERS


def collapse_lists(tokens: list[str]) -> list[str]:
    """Make ``in (?, ?)`` and ``in ((?, ?), (?, ?))`` an ``in (...)`` that knows its length."""
    kept: list[str] = []
    position = 0
    while position < len(tokens):
        kept.append(tokens[position])
        position += 1
        if kept[-1] == "in" and tokens[position : position + 1] == [OPEN]:
            end, keys = _constant_list(tokens, position)
            if end:
                kept.append(counted(ANY_LIST, keys))
                position = end
    return kept


def _constant_list(tokens: list[str], position: int) -> tuple[int, int]:
    """Return where the list ends, 0 if anything but values is in it, and how many elements it has.

    Looks no further than the first other token, so that nested lists are not read again and again.
    """
    depth = commas = 0
    for place in range(position, len(tokens)):
        token = tokens[place]
        if token not in _CONSTANT:
            return 0, 0
        if token in OPENERS:
            depth += 1
        elif token == "," and depth == 1:
            commas += 1
        elif token == CLOSE:
            depth -= 1
            if not depth:
                return place + 1, commas + (place > position + 1)
    dangling = tokens[-1] == ","
    return len(tokens) - dangling, commas + 1 - dangling


def collapse_rows(tokens: list[str]) -> list[str]:
    """Keep the first row behind VALUES; its closing bracket knows how many there were."""
    kept: list[str] = []
    position = 0
    while position < len(tokens):
        kept.append(tokens[position])
        position += 1
        if kept[-1] == "values" and (end := _after_row(tokens, position)):
            kept += tokens[position:end]
            position, rows = _after_rows(tokens, end)
            kept[-1] = counted(kept[-1], rows)
    return kept


def _after_rows(tokens: list[str], position: int) -> tuple[int, int]:
    rows = 1
    while tokens[position : position + 1] == [","] and (end := _after_row(tokens, position + 1)):
        position = end
        rows += 1
    return position, rows


def _after_row(tokens: list[str], position: int) -> int:
    """Return where the row that begins here ends, 0 if none begins here."""
    position += tokens[position : position + 1] == ["row"]
    if position >= len(tokens) or tokens[position] not in OPENERS:
        return 0
    depth = 0
    for place in range(position, len(tokens)):
        depth += (tokens[place] in OPENERS) - (tokens[place] == CLOSE)
        if not depth:
            return place + 1
    return len(tokens)


_LIMITS = (
    ["limit", VALUE, ",", VALUE],
    ["limit", VALUE],
    ["limit", "all"],
    ["offset", VALUE, "rows"],
    ["offset", VALUE, "row"],
    ["offset", VALUE],
    *(
        ["fetch", which, *number, rows, *ties]
        for which in ("first", "next")
        for number in ([VALUE], [VALUE, "percent"], [])
        for rows in ("rows", "row")
        for ties in (["only"], ["with", "ties"])
    ),
)
LIMIT_WORDS = frozenset({"limit", "offset", "fetch"})


def collapse_limits(tokens: list[str]) -> list[str]:
    """Make every way to say LIMIT, OFFSET and FETCH FIRST a ``limit ?``."""
    kept: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token in LIMIT_WORDS and (end := _after_limits(tokens, position)) > position:
            kept += ["limit", VALUE]
            position = end
        else:
            kept.append(token)
            position += 1
    return kept


def _after_limits(tokens: list[str], position: int) -> int:
    while position < len(tokens) and tokens[position] in LIMIT_WORDS:
        length = next((len(form) for form in _LIMITS if tokens[position : position + len(form)] == form), 0)
        if not length:
            break
        position += length
    return position
