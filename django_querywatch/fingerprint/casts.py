"""Rule 4: casts on values go, casts on columns stay."""

from __future__ import annotations

from django_querywatch.fingerprint.tokens import CALL, CLOSE, OPEN, VALUE

_TYPE_ENDINGS = (
    ["precision"],
    ["varying"],
    [OPEN, VALUE, CLOSE],
    [CALL, VALUE, CLOSE],
    [OPEN, VALUE, ",", VALUE, CLOSE],
    [CALL, VALUE, ",", VALUE, CLOSE],
    ["with", "time", "zone"],
    ["without", "time", "zone"],
    ["[", "]"],
    ["[", VALUE, "]"],
)


def drop_casts(tokens: list[str]) -> list[str]:
    """Leave out ``::uuid`` behind ``?`` and ``(?)``, and make ``cast(? as uuid)`` a value."""
    kept: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token == "::" and _ends_in_value(kept):
            position = _after_type(tokens, position + 1)
        elif token == "as" and kept[-3:] == ["cast", CALL, VALUE] and _closes(tokens, position):
            kept[-3:] = [VALUE]
            position = _after_type(tokens, position + 1) + 1
        else:
            kept.append(token)
            position += 1
    return kept


def _ends_in_value(kept: list[str]) -> bool:
    """Say whether a value stands last, and free a bracketed one of its brackets."""
    if kept[-3:] == [OPEN, VALUE, CLOSE]:
        kept[-3:] = [VALUE]
    return kept[-1:] == [VALUE]


def _closes(tokens: list[str], position: int) -> bool:
    end = _after_type(tokens, position + 1)
    return tokens[end : end + 1] == [CLOSE]


def _after_type(tokens: list[str], position: int) -> int:
    """Return the place behind a type: ``varchar(30)[]``, ``timestamp(6) with time zone``, ``shop."size"``."""
    position += 3 if tokens[position + 1 : position + 2] == ["."] else 1
    growing = True
    while growing:
        growing = False
        for ending in _TYPE_ENDINGS:
            if tokens[position : position + len(ending)] == ending:
                position += len(ending)
                growing = True
    return position
