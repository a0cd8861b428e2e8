"""The rules in order, from raw tokens to a fingerprint."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

from django_querywatch.fingerprint.arms import ARM_WORDS, collapse_arms
from django_querywatch.fingerprint.casts import drop_casts
from django_querywatch.fingerprint.facts import TRANSACTION, operation_of, tables_of, without_names
from django_querywatch.fingerprint.lexer import MARK, lexer_for
from django_querywatch.fingerprint.lists import LIMIT_WORDS, collapse_limits, collapse_lists, collapse_rows
from django_querywatch.fingerprint.skeleton import is_spoiled
from django_querywatch.fingerprint.tokens import keys_in, render, spell

RULES_VERSION = 1
"""1: the twelve rules as first written. Raise it with every change of a text, so that no id is used again."""

UNTERMINATED = "<unterminated>"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What statements of one class have in common; equal where the texts are."""

    text: str
    arity: int = field(default=1, compare=False)
    """Number of keys or rows asked for: tells a loop (1) from a batch."""
    operation: str = field(default="OTHER", compare=False)
    """SELECT, INSERT, UPDATE, DELETE, TRANSACTION, or the first word."""
    tables: tuple[str, ...] = field(default=(), compare=False)
    """Main table first, without quotes."""

    @property
    def is_open(self) -> bool:
        """Whether a quote or comment was never closed: the rest of the statement is not in the text."""
        return self.text.endswith(UNTERMINATED)

    @property
    def id(self) -> str:
        """Short name of the text; computed on every use, so not for the query's path."""
        digest = blake2b(self.text.encode(errors="backslashreplace"), digest_size=8).hexdigest()
        return f"{RULES_VERSION}-{digest}"


class Normalise(Protocol):
    """Normalises a skeleton; ``cut`` says what a missing end is written as."""

    def __call__(self, sql: str, cut: str = "") -> Fingerprint | None: ...


def normaliser_for(vendor: str) -> Normalise:
    """Return the function that normalises a skeleton; None where the skeleton is spoiled by its marks."""
    lex = lexer_for(vendor)
    double_quote_is_text = vendor == "mysql"

    def normalise(sql: str, cut: str = "") -> Fingerprint | None:
        raw_tokens, opened = lex(sql)
        if is_spoiled(raw_tokens, opened, sql.count(MARK)):
            return None
        if cut:
            raw_tokens = _without_torn_end(raw_tokens, bool(opened))
        while raw_tokens[-1:] == [";"]:
            raw_tokens.pop()
        tokens = spell(raw_tokens, double_quote_is_text)
        ending = cut or (UNTERMINATED if opened else "")
        return _described(_collapsed(tokens, bool(cut)), ending)

    return normalise


def _collapsed(tokens: list[str], is_cut: bool) -> list[str]:
    words = set(tokens)
    if "::" in words or "cast" in words:
        tokens = drop_casts(tokens)
    if "in" in words:
        tokens = collapse_lists(tokens)
    if "values" in words:
        tokens = collapse_rows(tokens)
    if not words.isdisjoint(LIMIT_WORDS):
        tokens = collapse_limits(tokens)
    if not words.isdisjoint(ARM_WORDS):
        tokens = collapse_arms(tokens, is_cut)
    return tokens


def _without_torn_end(raw_tokens: list[str], is_open: bool) -> list[str]:
    """Leave out what the cut may have torn: the last token, unless it is a list, and separators before it."""
    is_whole = is_open or not raw_tokens or raw_tokens[-1][0] == "("
    end = len(raw_tokens) - (not is_whole)
    while end and raw_tokens[end - 1] in ",%-+":
        end -= 1
    return raw_tokens[:end]


def _described(tokens: list[str], ending: str) -> Fingerprint:
    operation = operation_of(tokens)
    if operation == TRANSACTION:
        tokens = without_names(tokens)
    tables = tables_of(tokens)
    text = render([*tokens, ending] if ending else tokens)
    return Fingerprint(text, _arity(tokens, operation), operation, tables)


def _arity(tokens: list[str], operation: str) -> int:
    # PostgreSQL gets the rows of a bulk_create as arrays, and only when they are several.
    at_least = 2 if operation == "INSERT" and "unnest" in tokens else 1
    return max(at_least, keys_in(tokens))
