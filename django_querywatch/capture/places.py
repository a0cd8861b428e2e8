"""What a code object is and where an instruction lies: facts found once per code object and kept.

Nothing here looks at a running request; `stack` does. Code objects are keyed by identity, because hashing one
reads its byte code; the facts hold a reference, so that an identity is never reused.
"""

from __future__ import annotations

import dis
import linecache
import os
import sysconfig
from bisect import bisect_right
from itertools import islice
from types import CodeType
from typing import Any

from django_querywatch.capture.loops import Loop, loops_in
from django_querywatch.records import Frame

_SCHEME = sysconfig.get_paths()
_THIS_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARY_DIRS = tuple(
    sorted(
        {
            os.path.join(path, "")
            for key in ("stdlib", "platstdlib", "purelib", "platlib")
            for path in (_SCHEME[key], os.path.realpath(_SCHEME[key]))
        }
        | {os.path.join(_THIS_PACKAGE, "")}
    )
)
INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_INTERACTIVE = ("<stdin>", "<console>", "<ipython")
_CACHE = 0  # opcode of an inline cache entry in `co_code`
_PRECALL = dis.opmap.get("PRECALL", -1)  # 3.11: a call starts here or at the CALL behind it
_GET_ITER = dis.opmap["GET_ITER"]
_MOST_CODES = 20_000


class Site:
    """One instruction of one code object: an element of a stack key, and a line once somebody asks."""

    __slots__ = ("answers", "facts", "is_passage", "loops", "start")

    def __init__(self, facts: CodeFacts, start: int, loops: tuple[Loop, ...]) -> None:
        self.facts = facts
        self.start = start
        self.loops = loops
        self.answers: dict[Any, Any] = {}
        """What the source around the instruction says, once asked (`shortcuts`)."""
        self.is_passage = False
        """Known to do nothing but call on: no loop, and nothing that goes through an iterable."""

    @property
    def line(self) -> int:
        line = self.facts.code.co_firstlineno
        for start, end, number in self.facts.code.co_lines():
            if start <= self.start < end and number is not None:
                line = number
        return self.facts.template_line(line)

    @property
    def positions(self) -> tuple[int | None, ...]:
        """The source range of the instruction, as its code object has it: lines and columns."""
        return next(islice(self.facts.code.co_positions(), self.start // 2, None))

    @property
    def starts_iteration(self) -> bool:
        """Whether the instruction asks for the iterator of what a loop goes over."""
        return self.facts.code.co_code[self.start] == _GET_ITER

    def frame(self) -> Frame:
        facts = self.facts
        function = None if facts.template_lines else _function_name(facts.code)
        return Frame(file=os.path.abspath(facts.code.co_filename), line=self.line, function=function)


class CodeFacts:
    """What is known of a code object: whose it is, which role it plays in the ORM, its sites so far."""

    __slots__ = (
        "_loops",
        "code",
        "is_project",
        "is_telling",
        "is_thread_handler",
        "role",
        "sites",
        "template_lines",
    )

    def __init__(self, code: CodeType, is_project: bool, role: Any, template_lines: str | None) -> None:
        self.code = code
        self.is_project = is_project
        self.is_telling = is_project or role is not None
        self.is_thread_handler = role is not None and role.kind == "thread_handler"
        self.role = role
        self.template_lines = template_lines
        self.sites: dict[int, Site] = {}
        self._loops: tuple[Loop, ...] | None = None

    def site(self, lasti: int) -> Site:
        """The site of an instruction, however far into its inline caches the interpreter points."""
        site = self.sites.get(lasti)
        if site is None:
            start = _instruction_start(self.code.co_code, lasti)
            site = self.sites.get(start)
            if site is None:
                site = self.sites[start] = Site(self, start, self._loops_at(start))
            self.sites[lasti] = site
        return site

    def template_line(self, line: int) -> int:
        """The template's line for a line of the code that Jinja compiled from it."""
        if not self.template_lines:
            return line
        pairs = sorted(
            (int(code_line), int(template_line))
            for template_line, code_line in (pair.split("=") for pair in self.template_lines.split("&"))
        )
        index = bisect_right(pairs, (line, 1 << 30)) - 1
        return pairs[max(index, 0)][1]

    def _loops_at(self, start: int) -> tuple[Loop, ...]:
        if self._loops is None:
            self._loops = loops_in(self.code)
        return tuple(loop for loop in self._loops if loop.header <= start <= loop.last)


class Places:
    """All code facts of the process, for one idea of what the project is."""

    def __init__(self) -> None:
        self.by_id: dict[int, CodeFacts] = {}
        self.roles: dict[int, tuple[CodeType, Any]] = {}
        self.project_packages: tuple[str, ...] = ()

    def set_project_packages(self, packages: tuple[str, ...]) -> None:
        if packages != self.project_packages:
            self.project_packages = packages
            self.by_id = {}

    def name_role(self, code: CodeType, role: Any) -> None:
        """Say that a code object plays a role; facts found before without it are found anew."""
        if self.roles.get(id(code), (None, None))[1] == role:
            return
        self.roles[id(code)] = (code, role)
        self.by_id.pop(id(code), None)

    def add(self, code: CodeType, names: dict[str, Any]) -> CodeFacts:
        """Find out about a code object that runs with these globals."""
        known = self.roles.get(id(code))
        template_lines = _jinja_lines(names)
        facts = CodeFacts(
            code, known is None and self._is_project(code, names), known[1] if known else None, template_lines
        )
        if len(self.by_id) >= _MOST_CODES:
            self.by_id = {}
        self.by_id[id(code)] = facts
        return facts

    def _is_project(self, code: CodeType, names: dict[str, Any]) -> bool:
        file = code.co_filename
        if file.startswith("<"):
            return file.startswith(_INTERACTIVE)
        if self.project_packages:
            module = str(names.get("__name__", ""))
            if any(module == name or module.startswith(name + ".") for name in self.project_packages):
                return True
        return is_project_file(file)


def is_project_file(file: str) -> bool:
    """Whether a file is neither the standard library's, ours, nor an installed package's that is not named."""
    path = os.path.abspath(file)
    is_library = path.startswith(_LIBRARY_DIRS) or any(folder in path for folder in INSTALLED)
    return not is_library or _is_in_named_package(path)


def _is_in_named_package(path: str) -> bool:
    """Templates and classes of an installed package are the project's as its lines are, once it is named."""
    for folder in INSTALLED:
        _, found, inner = path.rpartition(folder)
        if found:
            dotted = inner.replace(os.sep, ".")
            return any(dotted.startswith(f"{name}.") for name in places.project_packages)
    return False


def _function_name(code: CodeType) -> str:
    """The qualified name, without comprehensions: Python 3.12 gave up their frames (PEP 709)."""
    name = code.co_qualname.replace(".<locals>", "")
    for part in (".<listcomp>", ".<setcomp>", ".<dictcomp>", ".<genexpr>"):
        name = name.replace(part, "")
    return name


def source_line(frame: Frame | None) -> str | None:
    """The stripped source of a place, where its file can be read."""
    if frame is None:
        return None
    return linecache.getline(frame.file, frame.line).strip() or None


def _instruction_start(code: bytes, lasti: int) -> int:
    start = max(lasti, 0)
    while start > 0 and code[start] == _CACHE:
        start -= 2
    if code[start] == _PRECALL:
        start += 2
        while start < len(code) - 2 and code[start] == _CACHE:
            start += 2
    return start


def _jinja_lines(names: dict[str, Any]) -> str | None:
    lines = names.get("debug_info")
    return lines if isinstance(lines, str) and "environment" in names and "blocks" in names else None


places = Places()
