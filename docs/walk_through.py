"""Do what the README and the tutorial say, word by word, as a newcomer would: ``make walk-through``.

Commands are the lines that begin with ``$`` in blocks of ``console``; a block below ``<!-- fails -->`` has to fail.
Edits are Python blocks with a file's name (a new file), Python blocks below ``<!-- edit: FILE -->`` (``...`` stands for
what is there) and diffs. A block of ``text`` is what the command before it prints. Where a server was started, the
pages named behind it are opened; in a list of them, the debug toolbar's panel has to say what each item quotes.
"""

import ast
import html
import re
import shlex
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))

from newcomer import Newcomer, own_project, panel_of, wheel_of  # noqa: E402

FENCE = re.compile(
    r"(?:<!-- (?P<mark>[^>]*) -->\n)?^```(?:\{code-block\} )?(?P<language>\w*)\n"
    r"(?::class: [^\n]*\n)?(?::caption: (?P<file>[^\n]*)\n)?(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^\$ (.*?)(?:\s+#.*)?$", re.MULTILINE)
ADDRESS = re.compile(
    r"(?P<item>^- [^<\n]*)?<http://localhost:8000(?P<path>/[^>]*)>(?(item)[^<*`]*[*`](?P<quote>[^*`]+)[*`])",
    re.MULTILINE,
)
OWN, CLONE = "Install", "Try it"
"""Headings of the README: what stands below them is done in a project of one's own, and in a clone."""
SECONDS = 600


def main() -> int:
    begin = time.monotonic()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        clone = Newcomer.with_a_copy(ROOT, folder / "clone")
        own = own_project(folder / "own", wheel_of(clone, folder / "wheel"))
        readme, tutorial = ((ROOT / name).read_text() for name in ("README.md", "docs/tutorial.md"))
        walk(section(readme, OWN), own)
        own.check_project()
        walk(section(readme, CLONE), clone)
        reached(walk(tutorial, clone))
    seconds = time.monotonic() - begin
    print(f"README and tutorial: each command and each edit did what is said, in {seconds:.0f} s.")
    if seconds > SECONDS:
        print(f"That is too long for a newcomer: {SECONDS} s are allowed.")
    return int(seconds > SECONDS)


def section(page: str, heading: str) -> str:
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def reached(failures: dict[str, list[bool]]) -> None:
    """A page and a test that fail before the cure and pass behind it, and panels in a browser."""
    for words in ("querywatch /orders/", "pytest"):
        told = [failed for line, failed in failures.items() if words in line]
        assert told == [[True, False]], f"The tutorial does not cure what {words} finds: {failures}"
    assert "make run" in failures, "The tutorial shows no panel."


def walk(page: str, newcomer: Newcomer) -> dict[str, list[bool]]:
    """Everything on a page, from top to bottom; for each command, whether it failed, each time."""
    blocks = list(FENCE.finditer(page))
    assert blocks
    assert len(blocks) * 2 == len(re.findall("^```", page, re.MULTILINE)), "A block was not understood."
    output, failures = "", defaultdict(list)
    for block in blocks:
        match block["language"]:
            case "console":
                for line in COMMAND.findall(block["text"]):
                    output = run(line, newcomer, behind=page[block.end() :], fails=block["mark"] == "fails")
                    failures[line].append(block["mark"] == "fails")
            case "text":
                compare(block["text"], output)
            case "python" if block["file"]:
                (newcomer.folder / block["file"]).write_text(block["text"])
            case "python" if (block["mark"] or "").startswith("edit: "):
                extend(newcomer.folder / block["mark"].removeprefix("edit: "), block["text"])
            case "diff":
                change(newcomer.folder / block["file"], block["text"])
            case "":
                pass  # what the demo prints: the tests compare it
            case other:
                raise AssertionError(f"Nothing can be done with this block of {other}:\n{block['text']}")
    return failures


def run(line: str, newcomer: Newcomer, behind: str, fails: bool) -> str:
    """What a command prints; nothing for the server, whose pages are opened."""
    words = shlex.split(line)
    print(f"$ {line}", flush=True)
    if words == ["make", "run"]:
        visit(newcomer, words, behind)
        return ""
    status, output = newcomer.run(words)
    assert bool(status) == fails, f"Exit status {status} of: {line}\n{output}"
    assert "Warning: " not in output, output
    return output


def visit(newcomer: Newcomer, words: list[str], page: str) -> None:
    """Open the pages that are named, and look for what is quoted of each in its panel."""
    addresses = list(ADDRESS.finditer(page))
    assert any(address["quote"] for address in addresses), "No page is named to look at its panel."
    with newcomer.server(words) as base:
        for address in addresses:
            panel = html.unescape(panel_of(base + address["path"]))
            assert not address["quote"] or address["quote"] in panel, f"{address[0]}\n{panel}"
            print(f"  {address['path']}: {address['quote'] or 'opens'}", flush=True)


def compare(expected: str, output: str) -> None:
    for line in without_durations(expected).splitlines():
        assert line.strip() in without_durations(output), f"Nowhere: {line}\n{output}"


def without_durations(text: str) -> str:
    return re.sub(r"[\d.]+ ms", "? ms", text)


def extend(file: Path, text: str) -> None:
    """Assignments to lists in which ``...`` stands for what the file has already."""
    file.write_text("\n".join([file.read_text(), *extended(text), ""]))


def extended(text: str) -> Iterator[str]:
    for statement in ast.parse(text).body:
        assert isinstance(statement, ast.Assign)
        yield ast.unparse(statement).replace("...", f"*{ast.unparse(statement.targets[0])}")


def change(file: Path, diff: str) -> None:
    """The edit that a diff without line numbers shows; it must fit in one place."""
    lines = diff.splitlines()
    before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
    after = "\n".join(line[1:] for line in lines if not line.startswith("-"))
    assert file.read_text().count(before) == 1, f"This stands not once in {file.name}:\n{before}"
    file.write_text(file.read_text().replace(before, after))


if __name__ == "__main__":
    sys.exit(main())
