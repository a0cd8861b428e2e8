"""Whether a run was asked to cover all tests, or only some of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest


def uncovered_part(config: pytest.Config) -> str | None:
    """What the command line leaves out of the suite; None where it leaves out nothing."""
    for option in ("lf", "stepwise", "pyargs"):
        if config.getoption(option, False):
            return f"--{option} was given"
    if any("::" in argument for argument in config.args):
        return "single tests were asked for"
    folder = config.invocation_params.dir
    asked = [(folder / argument).resolve() for argument in config.args]
    outside = next((file for file in _test_files(config) if not _is_below(file, asked)), None)
    if outside is None:
        return None
    return f"{os.path.relpath(outside, config.rootpath)} was not asked for"


def _test_files(config: pytest.Config) -> Iterator[Path]:
    names: Sequence[str] = config.getini("python_files")
    hidden: Sequence[str] = config.getini("norecursedirs")
    for root in config.getini("testpaths") or ["."]:
        for top, folders, files in os.walk(config.rootpath / root):
            folders[:] = sorted(
                name for name in folders if not _matches(name, hidden) and not _is_venv(top, name)
            )
            yield from (Path(top, name).resolve() for name in sorted(files) if _matches(name, names))


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _is_venv(top: str, name: str) -> bool:
    return Path(top, name, "pyvenv.cfg").exists()


def _is_below(file: Path, folders: Sequence[Path]) -> bool:
    return any(file == folder or folder in file.parents for folder in folders)
