"""runserver takes its project anew when a file changes: the next request is watched as the first one was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.robustness import served
from tests.robustness.servers import ROOT, free_port, wait_for

pytestmark = pytest.mark.long
NUMBER = 5


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A server with the reloader, on a copy of the served project that may be edited."""
    source = Path(served.__file__).read_text()
    (tmp_path / "reloaded.py").write_text(source)
    environment = {
        **os.environ,
        "SERVED_DATABASE": str(tmp_path / "served.sqlite3"),
        "QUERYWATCH_JSON_FILE": str(tmp_path / "reports.jsonl"),
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
    }
    subprocess.run([sys.executable, "-m", served.__name__], env=environment, cwd=ROOT, check=True)
    found = free_port()
    command = [sys.executable, "-m", "django", "runserver", str(found)]
    environment["DJANGO_SETTINGS_MODULE"] = "reloaded"
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_for(found)
        yield found
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(20)


def test_a_request_after_a_reload_is_watched_once(port: int, tmp_path: Path) -> None:
    before = _report(port, tmp_path)
    project = tmp_path / "reloaded.py"
    project.write_text(project.read_text().replace('HttpResponse("ready")', 'HttpResponse("changed")'))
    _wait_until_changed(port)
    after = _report(port, tmp_path)
    for report in (before, after):
        assert report["query_count"] == served.queries_of(NUMBER)
        assert not report["failed"]
        assert [finding["kind"] for finding in report["findings"]] == ["n_plus_one"]
    assert before["findings"][0]["id"] == after["findings"][0]["id"]


def _report(port: int, folder: Path) -> dict:  # type: ignore[type-arg]
    """The one report that a request to a page makes."""
    file = folder / "reports.jsonl"
    file.write_text("")
    urllib.request.urlopen(f"http://127.0.0.1:{port}/sync/{NUMBER}/", timeout=30).read()
    (line,) = file.read_text().splitlines()
    found: dict = json.loads(line)  # type: ignore[type-arg]
    return found


def _wait_until_changed(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready/", timeout=5) as answer:
                if answer.read() == b"changed":
                    return
        except OSError:
            pass
        time.sleep(0.25)
    raise TimeoutError("the server never served its changed project")
