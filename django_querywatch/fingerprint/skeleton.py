"""A statement without its plain values: the cheap step before lexing, done in one substitution.

Texts that differ only in values have one skeleton, so all but the first of them need no lexing.
"""

from __future__ import annotations

import re

from django_querywatch.fingerprint.lexer import MARK

# Each begins with a set of characters, told apart by looking behind: a search for a set is fast, and an
# alternation of quotes was three times slower on Django's SQL.
_BEFORE = r"[\s(,=<>+*/|-]"
_NUMBER = rf"(?<={_BEFORE}[0-9])(?<![0-9.][eE][-+][0-9])[0-9]*+(?:\.[0-9]++)?+(?![\w.])"
_STRING = rf"(?<={_BEFORE}')[^'\\]*+'(?:'[^'\\]*+')*+(?!')"
_cut_numbers = re.compile(rf"[0-9]{_NUMBER}").sub
_cut_values = re.compile(rf"['0-9](?:{_NUMBER}|{_STRING})").sub


def skeleton_of(sql: str) -> str:
    """Return the text with a mark for each plain value, or as it is where marks could hide something."""
    if MARK in sql:
        return sql
    if "'" not in sql:
        return _cut_numbers(MARK, sql)
    # A string that seems to begin in a comment would swallow SQL; a number cannot.
    if "--" in sql or "/*" in sql or "#" in sql:
        return sql
    return _cut_values(MARK, sql)


def is_spoiled(raw_tokens: list[str], opened: str, marks: int) -> bool:
    """Say whether a mark got into a quoted name or string: then different texts may share the skeleton."""
    if raw_tokens.count(MARK) == marks:
        return False
    return MARK in opened or any(MARK in token and token != MARK and token[0] != "(" for token in raw_tokens)


def without_last_comment(sql: str) -> str:
    """Return the text without a comment at its end: sqlcommenter's differs on every request."""
    begin = sql.rfind("/*")
    comment = sql[begin:]
    is_hint = comment[2:3] in ("+", "!")
    # A line comment before it may hold the opening, or be completed by what would then follow its dashes.
    is_alone = (
        "\n" not in comment and sql[begin - 1 : begin] != "-" and comment.find("*/", 2) == len(comment) - 2
    )
    return sql[:begin] if begin >= 0 and is_alone and not is_hint else sql
