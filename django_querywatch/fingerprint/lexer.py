"""Cuts SQL into tokens by the vendor's quoting (rules 1 and 2), in one pass of one regular expression.

Every repetition is possessive, so that no input makes the expression go back over what it has read.
"""

from __future__ import annotations

import re
from collections.abc import Callable

MARK = "\0"
"""Stands for a literal that was cut out before lexing."""

_END = "\n\x03"
"""Put behind the text: a line comment stops at the newline, only an open quote swallows the rest of it."""

_WORD = r"[^\W\d][\w$]*+(?:\.[^\W\d][\w$]*+)*+"
_NUMBER = (
    r"0[xXbBoO]\w++"
    r"|(?:\d[\d_]*+(?:\.[\d_]*+)?+|\.\d[\d_]*+)(?:[eE][-+]?+\d++)?+(?!\w)"
    r"|\d[\w$]*+"
)
_IS_NUMBER = re.compile(
    r"0[xX][0-9a-fA-F_]+|0[bBoO][0-7_]+|(?:\d[\d_]*+(?:\.[\d_]*+)?+|\.\d[\d_]*+)(?:[eE][-+]?+\d++)?+"
)
_PLACEHOLDER = r"%(?:s|\([^()]*+\)s|%)|(?<![\w:\[\]'\"\0]):\w++|@\w++|\$\d\w*+|\0"
_OPERATOR = r"->>?|\#>>?|\#-|@[@>?]|<=>|<->|<[=>@<]|>[=>]|!=|!~~?\*?|~~?\*?|\|\||&[&<>]|::|:=|-\|-|\.\.\."

_PLAIN_STRING = r"'[^']*+(?:''[^']*+)*+'"
_ESCAPED = r"{q}(?:[^{q}\\]++|\\[\s\S]|{q}{q})*+{q}"
_ESCAPED_STRING = _ESCAPED.format(q="'")
_DOUBLE = r'"[^"]*+(?:""[^"]*+)*+"'
_BACKTICK = r"`[^`]*+(?:``[^`]*+)*+`"
_BRACKET = r"\[[^\]]*+(?:\]\][^\]]*+)*+\]"
_DOLLAR = r"\$((?:[^\W\d]\w*+)?+)\$[\s\S]*?\$\2\$"
_Q_QUOTE = r"[nN]?+[qQ]'(?:\[[\s\S]*?\]'|\{[\s\S]*?\}'|\([\s\S]*?\)'|<[\s\S]*?>'|([^\s\[{(<])[\s\S]*?\2')"

_CHARACTER_SET = r"_\w++\s*+(?=['\"\0\d]|%s)"
"""MySQL's ``_utf8mb4'x'``: what stands before the value is left out as a comment is."""

_COMMENT = r"/\*(?![+!])(?:[^*]++|\*(?!/))*+\*/"
_HINT = r"/\*[+!](?:[^*]++|\*(?!/))*+\*/"


def _nested_comment(depth: int) -> str:
    inner = _nested_comment(depth - 1) if depth else r"(?!)"
    return rf"/\*(?![+!])(?:[^*/]++|\*(?!/)|/(?!\*)|{inner})*+\*/"


def _pattern(
    *,
    names: tuple[str, ...] = (_DOUBLE, _BACKTICK),
    strings: tuple[str, ...] = (_PLAIN_STRING, r"[NnXxBb]" + _PLAIN_STRING),
    opened: tuple[str, ...] = ("[NnXxBb]'",),
    opened_late: str = r"['\"`]",
    line_comment: str = r"--[^\n]*+",
    comment: str = _COMMENT,
    constant: str = r"%s|\0|\?",
    operator: str = _OPERATOR,
) -> re.Pattern[str]:
    """Order and form matter for speed: an alternative whose first character does not fit costs nothing."""
    name = f"(?:{'|'.join(names)})"
    flat_list = rf"\((?:{constant})(?:,\s*+(?:{constant}))*+(?:\)|(?=,?+\s*+%?+\s*+\x03\Z))"
    alternatives = (
        r"[,)]",
        *(rf"{quoted}(?:\.{name})*+" for quoted in names),
        *strings,
        *(rf"{quote}[\s\S]++" for quote in opened),
        _WORD,
        flat_list,
        _HINT,
        rf"(?:{opened_late}|/\*)[\s\S]++",
        _PLACEHOLDER,
        _NUMBER,
        operator,
        r"[\s\S]",
    )
    return re.compile(rf"\s*+(?:(?:{line_comment}|{comment})\s*+)*+({'|'.join(alternatives)})")


_STANDARD = _pattern()
_POSTGRESQL = _pattern(
    strings=(
        _PLAIN_STRING,
        r"[NnXxBb]" + _PLAIN_STRING,
        r"[uU]&" + _PLAIN_STRING,
        "[eE]" + _ESCAPED_STRING,
        _DOLLAR,
    ),
    opened=("[NnXxBbEe]'", "[uU]&'"),
    opened_late=r"['\"`]|\$(?:[^\W\d]\w*+)?+\$",
    comment=_nested_comment(3),
    constant=r"%[sbt]|\0",
    operator=r"%[bt]\b|\?[|&]?+|" + _OPERATOR,
)
_MYSQL = _pattern(
    names=(_BACKTICK,),
    strings=(_ESCAPED_STRING, "[NnXxBb]" + _ESCAPED_STRING, _ESCAPED.format(q='"')),
    line_comment=r"--(?=\s)[^\n]*+|\#[^\n]*+|" + _CHARACTER_SET,
)
_ORACLE = _pattern(
    strings=(_PLAIN_STRING, _Q_QUOTE, r"[NnXxBb]" + _PLAIN_STRING),
    opened=("[nN][qQ]?+'", "[qQxXbB]'"),
)
_MICROSOFT = _pattern(names=(_DOUBLE, _BACKTICK, _BRACKET), opened_late=r"['\"`\[]")

_PATTERNS = {"postgresql": _POSTGRESQL, "mysql": _MYSQL, "oracle": _ORACLE, "microsoft": _MICROSOFT}


def is_number(token: str) -> bool:
    """Say whether the token is a number; MySQL also has names that begin with a digit."""
    return _IS_NUMBER.fullmatch(token) is not None


Lexer = Callable[[str], tuple[list[str], str]]


def lexer_for(vendor: str) -> Lexer:
    """Return the function that gives a text's raw tokens and, apart, what follows a quote never closed."""
    pattern = _PATTERNS.get(vendor, _STANDARD)
    find = pattern.findall

    def lex(sql: str) -> tuple[list[str], str]:
        found = find(sql + _END)
        tokens: list[str] = [groups[0] for groups in found] if pattern.groups > 1 else found
        last = tokens.pop()
        return tokens, "" if last == _END[-1] else last

    return lex
