"""A served example project and a browser. `make test` needs neither: these run when named by their path.

Chromium is the distribution's (`apt-get install chromium`); Playwright only drives it.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser.toolbar import Toolbar

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERVERS = {
    "runserver": ["django", "runserver", "--noreload"],
    "uvicorn": ["uvicorn", "tests.browser.asgi:application", "--log-level", "warning"],
}
HOSTILE_TEMPLATE = """<!doctype html><title>Hostile</title><body>
{% for order in orders %}
{{ order.user.email }}<!-- </pre><script>globalThis.attacked = 1</script> -->
{% endfor %}
</body>
"""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    named = [
        (config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args
    ]
    return None if any(path == HERE or HERE in path.parents for path in named) else True


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a filled shop, and a template whose name is an attack."""
    folder = tmp_path_factory.mktemp("browser")
    (folder / "<img src=x onerror=globalThis.attacked=1>.html").write_text(HOSTILE_TEMPLATE)
    for command in (["migrate", "--verbosity=0"], ["seed"]):
        subprocess.run(
            [sys.executable, "-m", "django", *command], env=environment(folder), cwd=ROOT, check=True
        )
    return folder


@pytest.fixture(scope="session")
def serve(scratch: Path) -> Iterator[Callable[[str], str]]:
    """A function that starts one of the servers, once, and returns its address."""
    addresses: dict[str, str] = {}
    processes: list[subprocess.Popen[bytes]] = []

    def start(name: str) -> str:
        if name not in addresses:
            port = free_port()
            processes.append(start_server(name, port, scratch))
            addresses[name] = f"http://localhost:{port}"
            wait_for(addresses[name], processes[-1])
        return addresses[name]

    yield start
    for process in processes:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, serve: Callable[[str], str]) -> Iterator[Callable[..., Toolbar]]:
    """A function that opens an address in a window of its own. Nothing may be written to the console."""
    with windows(chromium) as (new_page, complaints):

        def open_it(address: str, *, server: str = "runserver", **options: Any) -> Toolbar:
            page = new_page(**options)
            page.goto(serve(server) + address)
            return Toolbar(page)

        yield open_it
        assert complaints == []


@contextmanager
def windows(chromium: Any) -> Iterator[tuple[Callable[..., Any], list[str]]]:
    contexts: list[Any] = []
    complaints: list[str] = []

    def new_page(*, width: int = 1400, theme: str = "light", script: str = "") -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield new_page, complaints
    for context in contexts:
        context.close()


def start_server(name: str, port: int, scratch: Path) -> subprocess.Popen[bytes]:
    where = ["--port", str(port)] if name == "uvicorn" else [f"127.0.0.1:{port}"]
    log = (scratch / f"{name}.log").open("wb")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", *SERVERS[name], *where],
            env=environment(scratch),
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def environment(scratch: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "QUERYWATCH_BROWSER_SCRATCH": str(scratch),
        "PYTHONPATH": str(ROOT),
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/favicon.ico", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "the server ended; its log is in the scratch folder"
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}")
