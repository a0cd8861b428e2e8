"""Somebody with a fresh folder, a fresh environment and a browser, for `walk_through.py`."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

KEPT = re.compile(r"PATH|HOME|LANG|LC_.*|TMPDIR|PIP_.*|.*_PROXY|.*_proxy|SSL_.*|REQUESTS_CA_BUNDLE")
"""What a newcomer's shell has, too: nothing of the project's, no active environment."""
NOT_IN_A_CLONE = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", ".coverage*", ".hypothesis", "*.sqlite3", "_build", "dist"
)
TOOLBAR = re.compile(r'data-(request-id|store-id)="(\w+)"\s+data-render-panel-url="([^"]+)"')
SERVER_STARTS = 60
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    folder: Path
    environment: dict[str, str]

    @classmethod
    def in_folder(cls, folder: Path, **environment: str) -> Self:
        kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        # The Makefile takes its Python and its port from here.
        return cls(folder, {**kept, "PYTHON": sys.executable, "PORT": str(free_port()), **environment})

    @classmethod
    def with_a_copy(cls, project: Path, folder: Path) -> Self:
        shutil.copytree(project, folder, ignore=NOT_IN_A_CLONE)
        return cls.in_folder(folder)

    def run(self, words: list[str]) -> tuple[int, str]:
        """Exit status and output of a command."""
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def must(self, *words: str) -> str:
        status, output = self.run(list(words))
        assert status == 0, f"{' '.join(words)}\n{output}"
        return output

    @contextmanager
    def server(self, words: list[str]) -> Iterator[str]:
        """A command that serves pages until it is stopped; gives the address."""
        address = f"http://localhost:{self.environment['PORT']}"
        process = subprocess.Popen(
            words,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_for(address, process)
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()

    def check_project(self) -> None:
        """A fresh project of Django's starts with what was written into its settings, and its pages are watched."""
        self.must("python", "manage.py", "check")
        with self.server(["python", "manage.py", "runserver", self.environment["PORT"]]) as address:
            headers, _ = get(f"{address}/admin/login/")
        assert "querywatch;" in headers.get("Server-Timing", ""), f"The page was not watched: {headers}"


def own_project(folder: Path, wheels: Path) -> Newcomer:
    """A new project of Django's own, in an active environment; pip finds the wheel as if it were published."""
    folder.mkdir()
    newcomer = Newcomer.in_folder(
        folder,
        PATH=f"{folder}/.venv/bin{os.pathsep}{os.environ['PATH']}",
        PIP_FIND_LINKS=f"{os.environ.get('PIP_FIND_LINKS', '')} {wheels}".strip(),
    )
    newcomer.must(sys.executable, "-m", "venv", ".venv")
    newcomer.must("python", "-m", "pip", "install", "--quiet", "django")
    newcomer.must("django-admin", "startproject", "mysite", ".")
    newcomer.must("python", "manage.py", "migrate", "--verbosity", "0")
    return newcomer


def wheel_of(newcomer: Newcomer, folder: Path) -> Path:
    newcomer.must(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), "."
    )
    return folder


def panel_of(address: str) -> str:
    """What the debug toolbar shows on the panel of a page, as its script fetches it."""
    found = TOOLBAR.search(get(address)[1])
    assert found, f"There is no toolbar on {address}"
    name, identity, render = found.groups()
    base = address.partition("//")[2].partition("/")[0]
    query = f"{name.replace('-', '_')}={identity}&panel_id=QueryWatchPanel"
    content: str = json.loads(get(f"http://{base}{render}?{query}")[1])["content"]
    return content


def get(address: str) -> tuple[HTTPMessage, str]:
    with urlopen(address, timeout=30) as response:
        return response.headers, response.read().decode()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SERVER_STARTS
    while time.monotonic() < end:
        assert process.poll() is None, "The server has stopped by itself; its output is above."
        try:
            get(address)
        except URLError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"Nothing answers on {address} after {SERVER_STARTS} seconds.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
