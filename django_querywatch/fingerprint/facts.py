"""What a statement does and to which tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django_querywatch.fingerprint.tokens import CALL, CLOSE, KEYWORDS, OPENERS, render

TRANSACTION = "TRANSACTION"

_TRANSACTION_WORDS = frozenset(
    ["begin", "commit", "rollback", "savepoint", "release", "start", "save", "end", "abort"]
)
_BEHIND_BEGIN = frozenset(
    ["transaction", "tran", "work", "immediate", "deferred", "exclusive", "isolation", "read", ";"]
)
_VERBS = frozenset(["select", "insert", "update", "delete", "merge"])
_BEFORE_TABLE = frozenset(["from", "join", "into", "update", "using"])
_NOTED = _BEFORE_TABLE | OPENERS | {CLOSE}
_BEHIND_VERB = frozenset(["only", "lateral", "ignore", "low_priority", "table"])
_QUOTED = re.compile(r'"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[((?:[^\]]|\]\])*)\]')


def operation_of(tokens: list[str]) -> str:
    """Return SELECT, INSERT, UPDATE, DELETE, TRANSACTION, or whatever the first word is."""
    words = [token for token in tokens[:8] if token not in OPENERS and not token.startswith("/*")]
    first = words[0] if words else ""
    if first in _TRANSACTION_WORDS and (first != "begin" or not words[1:] or words[1] in _BEHIND_BEGIN):
        return TRANSACTION
    if first == "with":
        first = _verb_behind_with(tokens)
    return first.upper() if first.isidentifier() else "OTHER"


def _verb_behind_with(tokens: list[str]) -> str:
    depth = 0
    for token in tokens:
        depth += (token in OPENERS) - (token == CLOSE)
        if not depth and token in _VERBS:
            return token
    return "with"


def without_names(tokens: list[str]) -> list[str]:
    """Return transaction control without the savepoint's name."""
    if tokens[0] == "release":
        return ["release", "savepoint"]
    if tokens[0] in ("savepoint", "save"):
        return ["savepoint"]
    if tokens[0] == "rollback" and "to" in tokens:
        return ["rollback", "to", "savepoint"]
    return tokens


def tables_of(tokens: list[str]) -> tuple[str, ...]:
    """Return the names of the tables, the main one first: the first of those nested least."""
    found = list(_tables(tokens))
    if not found:
        return ()
    names = [name for _, name in found]
    main = min(found, key=lambda place: place[0])[1]
    return tuple(dict.fromkeys([main, *names]))


def _tables(tokens: list[str]) -> Iterator[tuple[int, str]]:
    """Yield depth and name of every table; a FROM in a call's own bracket (EXTRACT, TRIM) names none."""
    own_names = _names_behind_with(tokens) if "with" in tokens else frozenset()
    is_query = [True]
    for place, token in enumerate(tokens):
        if token not in _NOTED:
            continue
        if token in OPENERS:
            is_query.append(token != CALL or tokens[place + 1 : place + 2] in (["select"], ["with"]))
        elif token == CLOSE and len(is_query) > 1:
            is_query.pop()
        elif token in _BEFORE_TABLE and is_query[-1] and _names_tables(tokens, place):
            for name in _names_behind(tokens, place):
                if name not in own_names:
                    yield len(is_query), name


def _names_tables(tokens: list[str], place: int) -> bool:
    before = tokens[place - 1] if place else ""
    if tokens[place] == "update":
        return before in ("", CLOSE) or before in OPENERS or before.startswith("/*")
    return not (tokens[place] == "from" and before == "distinct")


def _names_behind(tokens: list[str], place: int) -> Iterator[str]:
    """Yield the table behind a word such as FROM, and those after commas behind it."""
    word = tokens[place]
    while True:
        place += 1
        place += 2 if tokens[place : place + 1] == ["or"] else 0
        while place < len(tokens) and tokens[place] in _BEHIND_VERB:
            place += 1
        end = _after_name(tokens, place)
        if end == place or (tokens[end : end + 1] == [CALL] and word != "into"):
            return
        yield _unquoted(render(tokens[place:end]))
        place = _after_alias(tokens, end)
        if word not in ("from", "using") or tokens[place : place + 1] != [","]:
            return


def _after_name(tokens: list[str], place: int) -> int:
    end = place
    while _is_name(tokens, end):
        end += 1
        if tokens[end : end + 1] != ["."] or not _is_name(tokens, end + 1):
            return end
        end += 1
    return end


def _is_name(tokens: list[str], place: int) -> bool:
    token = tokens[place] if place < len(tokens) else ""
    is_quoted = len(token) > 1 and token[0] in '"`['
    return is_quoted or (token[:1].isidentifier() and token not in KEYWORDS)


def _after_alias(tokens: list[str], place: int) -> int:
    place += tokens[place : place + 1] == ["as"]
    return place + _is_name(tokens, place)


def _names_behind_with(tokens: list[str]) -> frozenset[str]:
    """Return the names that WITH gives: ``name as (`` and ``name (columns) as (``."""
    names = []
    opened: list[int] = []
    last_opened = 0
    for place, token in enumerate(tokens):
        if token in OPENERS:
            opened.append(place)
        elif token == CLOSE and opened:
            last_opened = opened.pop()
        elif token == "as" and _opens_query(tokens, place + 1):
            end = last_opened if tokens[place - 1] == CLOSE else place
            names += [_unquoted(tokens[end - 1])] if end else []
    return frozenset(names)


def _opens_query(tokens: list[str], place: int) -> bool:
    while tokens[place : place + 1] in (["not"], ["materialized"]):
        place += 1
    return place < len(tokens) and tokens[place] in OPENERS


def _unquoted(name: str) -> str:
    return _QUOTED.sub(_unquoted_part, name)


def _unquoted_part(match: re.Match[str]) -> str:
    part = match[0]
    return part[1:-1].replace(part[-1] * 2, part[-1])
