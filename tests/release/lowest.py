"""The lowest versions that pyproject.toml allows, as constraints for pip: `python -m tests.release.lowest`."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = ("test", "toolbar")
"""What runs with django-querywatch, or tests it."""
REQUIREMENT = re.compile(r"(?P<name>[\w-]+)(?:\[[\w,]+\])?>=(?P<version>[\w.]+)")


def main() -> None:
    print(*sorted(set(lowest())), sep="\n")


def lowest() -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needs = project["dependencies"] + [
        need for extra in EXTRAS for need in project["optional-dependencies"][extra]
    ]
    for need in needs:
        found = REQUIREMENT.fullmatch(need)
        assert found, f"{need} in pyproject.toml names no lowest version: write NAME>=VERSION."
        yield f"{found['name']}=={found['version']}"


if __name__ == "__main__":
    main()
