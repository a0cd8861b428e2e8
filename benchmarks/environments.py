"""A Python environment for each peer, built when first needed, outside the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

from benchmarks.candidates import Candidate

DRIVERS = {"postgres": "psycopg[binary]", "mysql": "mysqlclient", "mariadb": "mysqlclient"}


class NotInstallableError(Exception):
    """The peer's distribution cannot be had here: it is left out, with a message."""


def python_for(name: str, candidate: Candidate) -> str:
    """The interpreter to run this candidate with: the same Python and Django for all of them."""
    if not candidate.requirements:
        return sys.executable
    python = ".".join(map(str, sys.version_info[:2]))
    home = cache_directory() / f"{name}-py{python}-django{version('django')}"
    if not (home / "complete").exists():
        _build(home, (*candidate.requirements, *_shared_requirements()))
    return str(home / "bin" / "python")


def cache_directory() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "django-querywatch-benchmarks"


def _shared_requirements() -> tuple[str, ...]:
    scheme = os.environ.get("DATABASE_URL", "").split(":")[0].removesuffix("ql")
    driver = (DRIVERS[scheme],) if scheme in DRIVERS else ()
    return (f"django=={version('django')}", "django-environ", *driver)


def _build(home: Path, requirements: tuple[str, ...]) -> None:
    venv.create(home, with_pip=True, clear=True)
    command = [home / "bin" / "python", "-m", "pip", "install", "--quiet", *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstallableError(done.stderr.strip().splitlines()[-1])
    (home / "complete").touch()
