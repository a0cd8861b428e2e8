"""The wheel and the source distribution hold what they must, and nothing else: `make dist`.

    python -m tests.release.distributions dist

`dist/` holds both as a release has them, and below `straight/` a wheel that was built from the tree itself.
"""

import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

import trove_classifiers

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "django_querywatch"
PAGES = (
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "Makefile",
    "pyproject.toml",
)
FOLDERS = (".ci", "benchmarks", PACKAGE, "docs", "example_project", "tests")
LEFT_BEHIND = re.compile(r"__pycache__|\.py[co]$|\.sqlite3$|\.coverage|_build/|\.venv|\.git/")
RUN_TIME = {"django", "sqlparse"}
ENTRY_POINT = "[pytest11]\nquerywatch = django_querywatch.pytest_plugin"


def main(folder: Path) -> int:
    [wheel], [sdist], [straight] = (
        sorted(folder.glob(pattern)) for pattern in ("*.whl", "*.tar.gz", "straight/*.whl")
    )
    failures = [*in_wheel(wheel), *in_sdist(sdist), *metadata(wheel)]
    if wheel.read_bytes() != straight.read_bytes():
        failures.append("The wheel from the source distribution is another than the wheel from the tree.")
    print("\n".join(failures) or f"{wheel.name} and {sdist.name} are complete, and say what is true.")
    return bool(failures)


def in_wheel(wheel: Path) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        entry_points = next(file.read(name) for name in names if name.endswith("entry_points.txt")).decode()
    information = wheel.name.partition("-py3")[0] + ".dist-info"
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / PACKAGE).rglob("*") if path.is_file()}
    expected = {name for name in ours if not LEFT_BEHIND.search(name)} | {f"{information}/licenses/LICENSE"}
    assert f"{PACKAGE}/py.typed" in expected
    yield from (f"The wheel has no {name}." for name in sorted(expected - names))
    rest = (name for name in names - expected if not name.startswith(f"{information}/"))
    yield from (f"The wheel has {name}, and nobody asked for it." for name in sorted(rest))
    if entry_points.strip() != ENTRY_POINT:
        yield f"The wheel's entry points are {entry_points!r}."


def in_sdist(sdist: Path) -> Iterator[str]:
    with tarfile.open(sdist) as file:
        names = {member.name.partition("/")[2] for member in file.getmembers() if member.isfile()}
    yield from (f"The source distribution has no {name}." for name in PAGES if name not in names)
    folders = {name.partition("/")[0] for name in names}
    yield from (f"The source distribution has no {name}/." for name in FOLDERS if name not in folders)
    left = sorted(name for name in names if LEFT_BEHIND.search(name))
    yield from (f"The source distribution has {name}, which a run left behind." for name in left)


def metadata(wheel: Path) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as file:
        name = next(name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        said = Parser().parsestr(file.read(name).decode())
    yield from classifiers(said.get_all("Classifier", []))
    if (said["License-Expression"], said.get_all("License-File")) != ("MIT", ["LICENSE"]):
        yield f"The license is {said['License-Expression']!r} in {said.get_all('License-File')}."
    if required(said) != RUN_TIME:
        yield f"It needs {', '.join(sorted(required(said)))} to run, and not {', '.join(sorted(RUN_TIME))}."
    if (ROOT / "README.md").read_text().strip() != said.get_payload().strip():
        yield "The description is not the README."


def classifiers(said: list[str]) -> Iterator[str]:
    yield from (
        f"There is no classifier {name!r}." for name in said if name not in trove_classifiers.classifiers
    )
    old = [name for name in said if name in trove_classifiers.deprecated_classifiers]
    yield from (f"The classifier {name!r} is deprecated." for name in old)
    table = (ROOT / "docs" / "versioning.md").read_text()
    for name, pattern in (("Python", r"\b(3\.\d+)\b"), ("Framework :: Django", r"^\| (\d\.\d) ")):
        supported = set(re.findall(pattern, table, re.MULTILINE))
        claimed = {version for one in said for version in re.findall(rf"{name} :: (\d\.\d+)$", one)}
        if claimed != supported:
            yield f"{name} {sorted(claimed)} are claimed; docs/versioning.md says {sorted(supported)}."


def required(said: Message) -> set[str]:
    needs = [need for need in said.get_all("Requires-Dist", []) if "extra ==" not in need]
    return {re.match(r"[\w-]+", need)[0] for need in needs}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
