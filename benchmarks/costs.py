"""Reads callgrind's output together with the map that `-X perf` writes: instructions by Python function."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_NAME = re.compile(r"\((\d+)\)(?: (.+))?")
_ENTRY = re.compile(r"([0-9a-f]+) [0-9a-f]+ py::(.+)")


def process_id(out: Path) -> str:
    return re.search(r"^pid: (\d+)", out.read_text(), re.MULTILINE)[1]


def python_costs(out: Path, perf_map: Path) -> Counter[str]:
    """Instructions of each Python function and all below it.

    The deeper levels of a recursion, `f'2`, are part of its first.
    """
    entries = {int(start, 16): name for start, name in _ENTRY.findall(perf_map.read_text())}
    costs: Counter[str] = Counter()
    for function, cost in _costs(out):
        if function.startswith("0x") and "'" not in function and (name := entries.get(int(function, 16))):
            costs[name] += cost
    return costs


def _costs(out: Path) -> Iterator[tuple[str, int]]:
    """Function and instructions, its own and those of what it called alike."""
    names: dict[str, str] = {}
    function = ""
    for line in out.read_text().splitlines():
        if line.startswith(("fn=", "cfn=")):
            name = _name(line.partition("=")[2], names)
            function = name if line.startswith("fn=") else function
        elif re.match(r"[+*\d-]", line):
            yield function, int(line.split()[1])


def _name(text: str, names: dict[str, str]) -> str:
    """A name stands in full once, and as a number from then on."""
    number, name = _NAME.match(text).groups()
    return names.setdefault(number, name)
