"""Real servers on loopback under concurrent requests: `python -m tests.robustness.servers [NAME ...]`.

Each request has a number, and its page makes as many queries as follow from it: a query missed, or one
of another request, shows in the report. Some clients leave early.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from typing import Any

from tests.robustness.injection import DOORS
from tests.robustness.served import queries_of

ROOT = Path(__file__).resolve().parents[2]
REQUESTS = 200
AT_ONCE = 20
LEAST_FUNCTIONS = 200
"""Of the tool's, that serving the pages calls."""
GAVE_UP = 0
"""The status of an answer that nobody waited for."""
PAGES = ("sync", "async", "stream", "astream", "fails", "leave", "rolls_back", "reopened", "outwaited")
LEFT = {"leave", "outwaited"}
"""Of these the client sees no end: what was asked until then is reported."""


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    arguments: Callable[[int], list[str]]
    package: str | None = None
    tries_faults: bool = False
    """One for each of Django's handlers: below it, servers differ in nothing that the tool meets."""


APP = "tests.robustness.served"
SERVERS = (
    Server("gunicorn, sync workers", lambda port: _gunicorn(port, "--workers=2"), "gunicorn"),
    Server("gunicorn, threads", lambda port: _gunicorn(port, "--workers=1", "--threads=8"), "gunicorn", True),
    Server(
        "uvicorn",
        lambda port: ["uvicorn", f"{APP}:asgi", f"--port={port}", "--no-access-log"],
        "uvicorn",
        True,
    ),
    Server("daphne", lambda port: ["daphne", f"--port={port}", "-v0", f"{APP}:asgi"], "daphne"),
    Server("runserver", lambda port: ["django", "runserver", "--noreload", str(port)]),
)


def _gunicorn(port: int, *options: str) -> list[str]:
    return ["gunicorn", f"--bind=127.0.0.1:{port}", "--log-level=critical", *options, f"{APP}:wsgi"]


def main(names: list[str]) -> int:
    failed = 0
    for server in SERVERS:
        if names and not any(name in server.name for name in names):
            continue
        problems = check(server) or (check_faults(server) if server.tries_faults else [])
        failed += bool(problems)
        good = "nothing missed, nothing foreign" + (", no fault seen" if server.tries_faults else "")
        print(f"{server.name}: {'; '.join(problems) or good}", flush=True)
    return 1 if failed else 0


def check(server: Server) -> list[str]:
    if server.package and not shutil.which(server.package, path=str(Path(sys.executable).parent)):
        return [f"{server.package} is not installed here (pip install '.[robustness]')"]
    with tempfile.TemporaryDirectory() as folder, running(server, Path(folder)) as port:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            statuses = list(pool.map(lambda number: ask(port, number), range(REQUESTS)))
        reports = settled(Path(folder))
    wrong = [number for number, status in enumerate(statuses) if status != expected_status(number)]
    problems = [f"{len(wrong)} requests answered otherwise: {wrong[:5]}"] if wrong else []
    return problems + list(judge(reports))


def check_faults(server: Server) -> list[str]:
    """Each function that serving the pages calls raises, one after the other: no answer changes."""
    pages = [f"/{page}/5/" for page in PAGES if page not in LEFT]
    called = called_functions(server, pages)
    if len(called) < LEAST_FUNCTIONS:
        return [f"only {len(called)} functions were called: {called}"]
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder, running(server, Path(folder), workers=1) as port:
        plain = [answer(port, page) for page in pages]
        for name in called:
            answer(port, f"/fault/{name}/")
            faulty = [answer(port, page) for page in pages]
            if faulty != plain:
                problems.append(f"pages are answered otherwise when {name} raises")
    return problems


def called_functions(server: Server, pages: list[str]) -> list[str]:
    """Those of the tool that this server calls for the pages, but for those that run what they watch."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(server, Path(folder), workers=1, listens=True) as port,
    ):
        for page in pages:
            answer(port, page)
        names: list[str] = json.loads(answer(port, "/called/")[1])
    return [name for name in names if name not in DOORS]


def answer(port: int, path: str) -> tuple[int, bytes]:
    """Status and body; a body that breaks off ends in what went wrong."""
    client = HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", path)
    response = client.getresponse()
    try:
        return response.status, response.read()
    except (IncompleteRead, TimeoutError) as error:
        return response.status, repr(error).encode()
    finally:
        client.close()


def judge(reports: list[dict[str, Any]]) -> Iterator[str]:
    by_number: dict[int, list[dict[str, Any]]] = {}
    for report in reports:
        by_number.setdefault(int(report["name"].rstrip("/").rpartition("/")[2]), []).append(report)
    for number in range(REQUESTS):
        found = by_number.get(number, [])
        if len(found) != 1:
            yield f"request {number} ({page_of(number)}) has {len(found)} reports"
            continue
        (report,) = found
        page, expected = page_of(number), queries_of(number)
        told = report["query_count"] - (page == "rolls_back")  # its INSERT
        if report["failed"] or not (told == expected or (page in LEFT and told <= expected)):
            yield f"request {number} ({page}) made {expected} queries, reported {told}"
        sums = sum(finding["count"] for finding in report["findings"])
        if page not in LEFT and sums != expected - 1:
            yield f"request {number} ({page}) repeated {expected - 1} queries, found {sums}"


def page_of(number: int) -> str:
    return PAGES[number % len(PAGES)]


def expected_status(number: int) -> int:
    return {"fails": 500, "outwaited": GAVE_UP}.get(page_of(number), 200)


def ask(port: int, number: int) -> int:
    is_outwaited = page_of(number) == "outwaited"
    client = HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", f"/{page_of(number)}/{number}/")
    if is_outwaited:
        time.sleep(0.1)
        client.close()
        return GAVE_UP
    response = client.getresponse()
    if page_of(number) == "leave":
        response.read(5)
        response.close()
    else:
        response.read()
    client.close()
    return response.status


def settled(folder: Path) -> list[dict[str, Any]]:
    """The reports, once no more arrive: a left stream is reported when the server notices."""
    deadline = time.monotonic() + 30
    lines: list[str] = []
    while time.monotonic() < deadline and len(lines) < REQUESTS:
        time.sleep(0.5)
        lines = (folder / "reports.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@contextmanager
def running(server: Server, folder: Path, workers: int = 2, listens: bool = False) -> Iterator[int]:
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": APP,
        "QUERYWATCH_JSON_FILE": str(folder / "reports.jsonl"),
        "SERVED_DATABASE": str(folder / "served.sqlite3"),
        "PYTHONPATH": str(ROOT),
        **({"SERVED_LISTENS": "yes"} if listens else {}),
    }
    subprocess.run([sys.executable, "-m", APP], env=environment, cwd=ROOT, check=True)
    module, *arguments = (word.replace("workers=2", f"workers={workers}") for word in server.arguments(port))
    command = [sys.executable, "-m", module, *arguments]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(port)
            (folder / "reports.jsonl").write_text("")
            yield port
        finally:
            process.terminate()
            process.wait(20)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ready/", timeout=5).read()
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise TimeoutError(f"no server answered on port {port}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
