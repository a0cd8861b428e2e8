"""Names, source lines and SQL come from outside: what makes them safe to print."""

from __future__ import annotations


def escape(text: str, limit: int = 300) -> str:
    """Return the text on one line, cut at the limit, with nothing in it that moves a cursor or hides a word.

    Unprintable are, to Python, control characters, ANSI's escape, line separators, marks that turn the
    direction of text, invisible ones and lone surrogates (which no terminal could be sent).
    """
    if len(text) > limit:
        text = text[:limit] + "..."
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _code(char) for char in text)


def _code(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
