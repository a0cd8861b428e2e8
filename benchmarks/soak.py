"""Many requests to a threaded WSGI server and to uvicorn: the resident size must stay flat."""

from __future__ import annotations

import http.client
import importlib.util
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from benchmarks.server import PAGES

CLIENTS = 4
SAMPLES = 20
WARM_UP = 5_000
"""Requests before the first sample: bare Django, too, grows by a fifth until then."""
ONE_ARENA = {"MALLOC_ARENA_MAX": "1"}
"""Else every connection's thread may take an arena of its own, and the size tells of threads (glibc's mallopt(3))."""
PATIENCE = 60
"""Seconds to wait for a server to answer at all."""
NOISE = 4 * 1024
"""KiB by which the last quarter may steadily lie above the second: Python's allocator takes 1 MiB at a time, and needs
more whenever requests overlap as they had not before: up to 2.6 MiB with threads on Python 3.13, and nothing
where the same requests came one after the other. Over 5,000 requests a leak of 1.7 KiB each is seen."""


def soak(requests: int) -> int:
    results = [soak_server(kind, requests) for kind in servers()]
    return 0 if all(results) else 1


def servers() -> list[str]:
    if importlib.util.find_spec("uvicorn"):
        return ["wsgi", "asgi"]
    print("benchmarks soak: uvicorn is not installed, its part is skipped")
    return ["wsgi"]


def soak_server(kind: str, requests: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.server", kind, str(port), f"{folder}/soak.sqlite3"]
        server = subprocess.Popen(command, env={**os.environ, **ONE_ARENA})
        try:
            wait_for(port)
            batch(server.pid, port, WARM_UP)
            sizes = [batch(server.pid, port, requests // SAMPLES) for _ in range(SAMPLES)]
        finally:
            server.terminate()
            server.wait()
    return print_verdict(kind, requests, sizes)


def batch(pid: int, port: int, requests: int) -> int:
    """Send the requests, then say how large the server is."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(send, [port] * CLIENTS, [requests // CLIENTS] * CLIENTS))
    return resident_kib(pid)


def send(port: int, requests: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for page in islice(cycle(PAGES), requests):
        connection.request("GET", page)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{page} answered {response.status}")
    connection.close()


def resident_kib(pid: int) -> int:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def print_verdict(kind: str, requests: int, sizes: list[int]) -> bool:
    quarter = SAMPLES // 4
    early, middle, late = (median(sizes[n * quarter : (n + 1) * quarter]) for n in (1, 2, 3))
    steady = 2 * min(middle - early, late - middle)  # a leak grows in both; a step of the allocator in one
    is_flat = steady <= NOISE
    print(f"{kind}: {requests:,} requests, MiB resident: {' '.join(f'{size / 1024:.1f}' for size in sizes)}")
    verdict = "flat" if is_flat else "grows"
    print(
        f"  last quarter against second: {late - early:+,.0f} KiB, {steady:+,.0f} of it steadily: {verdict}"
    )
    return is_flat


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return send(port, 1)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
