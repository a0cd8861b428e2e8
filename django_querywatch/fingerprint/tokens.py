"""Gives every token its one spelling: values are ``?``, words lower-case, names stay (rules 3 and 9)."""

from __future__ import annotations

from collections.abc import Iterable

from django_querywatch.fingerprint.lexer import MARK, is_number

VALUE = "?"
OPEN = "("
CALL = "\x01("
"""The bracket of a call: it never vanishes, and a FROM in it names no table."""
CLOSE = ")"
OPENERS = frozenset({OPEN, CALL})
ANY_LIST = "(...)"

_KEYWORDS = """
    all and any array as between by case check collate conflict cross delete distinct div else end
    escape except exclude exists fetch filter for from full glob group having ilike in index inner
    insert intersect interval into is join key lateral like limit materialized mod natural not null
    of offset on only or order outer over partition range recursive regexp returning rlike rows
    select set similar some table then top union update using values when where window with within
    xor
"""
KEYWORDS = frozenset(_KEYWORDS.split())
"""Words after which a bracket opens no call and a sign belongs to the number behind it."""

_QUOTES = frozenset('"`[')
_SIGNS = frozenset("-+")
_SIGN_MAY_FOLLOW = frozenset("=<>+-*/%|&^~(,[#@!")
_HIDDEN_SPACE = "\x1f"

_SPELLING = {word.upper(): word for word in KEYWORDS if word != "null"}
_SPELLING |= {word: word for word in _SPELLING.values()}
_SPELLING |= {mark: mark for mark in (",", CLOSE, ".", "=", "<", ">", "<=", ">=", "<>", "::", "*", "-", "+")}
_SPELLING |= {"%s": VALUE, "TRUE": VALUE, "FALSE": VALUE, "true": VALUE, "false": VALUE, "%%": "%"}


class Counted(str):
    """A token that stands for several: equal to its text, and knows how many keys or rows it was."""

    __slots__ = ("keys",)
    keys: int


def counted(text: str, keys: int) -> Counted:
    token = Counted(text)
    token.keys = keys
    return token


def keys_in(tokens: Iterable[str]) -> int:
    """Return the largest number of keys that one of the tokens stands for."""
    return max((token.keys for token in tokens if type(token) is Counted), default=1)


def spell(raw_tokens: list[str], double_quote_is_text: bool) -> list[str]:
    """Return the tokens in their one spelling."""
    tokens: list[str] = []
    known = _SPELLING.get
    for raw in raw_tokens:
        token = known(raw)
        if token is not None:
            tokens.append(token)
        elif raw[0] in _QUOTES and len(raw) > 1 and not (double_quote_is_text and raw[0] == '"'):
            tokens.append(raw if " " not in raw else raw.replace(" ", _HIDDEN_SPACE))
        elif raw[0] == OPEN:
            _append_bracket(tokens, raw)
        elif raw == MARK or raw[-1] in "'\"" or is_number(raw):
            _append_literal(tokens)
        elif raw[0].isalnum() or raw[0] == "_":
            tokens.append(_word(raw.lower(), tokens))
        else:
            tokens.append(VALUE if _is_placeholder(raw) else raw.replace(" ", _HIDDEN_SPACE))
    return tokens


def _append_bracket(tokens: list[str], raw: str) -> None:
    before = tokens[-1] if tokens else ""
    if before == "in" and raw != OPEN:
        tokens.append(counted(ANY_LIST, raw.count(",") + 1))
        return
    is_call = before[-1:].isalnum() and before not in KEYWORDS
    tokens.append(CALL if is_call else OPEN)
    if raw != OPEN:
        tokens += [VALUE, *[",", VALUE] * raw.count(",")]
        if raw[-1] == CLOSE:
            tokens.append(CLOSE)


def _append_literal(tokens: list[str]) -> None:
    while tokens and tokens[-1] in _SIGNS and _takes_sign(tokens[-2] if len(tokens) > 1 else ""):
        tokens.pop()
    tokens.append(VALUE)


def _takes_sign(before: str) -> bool:
    return before in KEYWORDS or before[-1:] in _SIGN_MAY_FOLLOW or not before


def _word(word: str, tokens: list[str]) -> str:
    if word in ("true", "false"):
        return VALUE
    if word == "null":
        return word if tokens[-1:] == ["is"] or tokens[-2:] == ["is", "not"] else VALUE
    return word


def _is_placeholder(raw: str) -> bool:
    return raw[0] in "%:@$" and (raw[1:2].isalnum() or raw[1:2] in ("_", "(", "$"))


def render(tokens: Iterable[str]) -> str:
    """Return the text in which each token has its place and spaces say nothing."""
    text = " ".join(tokens)
    text = text.replace(" \x01(", "(").replace("( ", "(").replace(" )", ")").replace(" , ", ", ")
    return text.replace(" . ", ".").replace(" :: ", "::").replace(_HIDDEN_SPACE, " ")
