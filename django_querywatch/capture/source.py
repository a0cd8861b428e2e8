"""Source code behind code objects, parsed; None wherever it cannot be read."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from itertools import islice
from tokenize import TokenError
from types import CodeType, FrameType


def parse_function(code: CodeType) -> ast.AST | None:
    """The syntax tree of a function's source; line 1 is the function's first line."""
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    try:
        return ast.parse(textwrap.dedent("".join(inspect.getblock(lines))))
    except (SyntaxError, IndexError, ValueError, TokenError):
        return None


def parse_module(file: str) -> ast.Module | None:
    """The syntax tree of a whole file."""
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return None


def parse_current(frame: FrameType) -> ast.AST | None:
    """The expression that a frame is at."""
    code = frame.f_code
    positions = next(islice(code.co_positions(), max(frame.f_lasti, 0) // 2, None), None)
    return parse_range(code.co_filename, *positions) if positions is not None else None


def parse_range(
    file: str, line: int | None, end_line: int | None, column: int | None, end_column: int | None
) -> ast.AST | None:
    """The expression or `for` statement at a source range; None where it cannot be read."""
    if line is None or end_line is None or column is None:
        return None
    lines = [text.encode() for text in linecache.getlines(file)[line - 1 : end_line]]
    if not lines:
        return None
    lines[-1] = lines[-1][:end_column]
    lines[0] = lines[0][column:]
    text = b"".join(lines).decode(errors="replace")
    if text.startswith(("for ", "async ")):
        return _parse_statement(" " * column + text)
    try:
        return ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError:
        return None


def _parse_statement(text: str) -> ast.AST | None:
    try:
        function = ast.parse(
            "async def _():\n" + (text if text[0] == " " else textwrap.indent(text, " "))
        ).body[0]
    except SyntaxError:
        return None
    return function.body[0] if isinstance(function, ast.AsyncFunctionDef) else None
