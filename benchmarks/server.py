"""A server process for the soak: ``python -m benchmarks.server {wsgi|asgi} PORT DATABASE_FILE``."""

from __future__ import annotations

import logging
import sys

from benchmarks.candidates import CANDIDATES
from benchmarks.project import set_up

PAGES = ("/W1/10/", "/W2/20/", "/W3/10/", "/W4/50/", "/W5/5/")
"""The loads of the budget, small: what a leak needs is many requests, not large ones."""


def serve_wsgi(port: int) -> None:
    """Django's own threaded server: a thread for each connection."""
    from django.core.servers.basehttp import WSGIRequestHandler, run
    from django.core.wsgi import get_wsgi_application

    WSGIRequestHandler.log_message = lambda *args: None
    run("127.0.0.1", port, get_wsgi_application(), threading=True)


def serve_asgi(port: int) -> None:
    import uvicorn
    from django.core.asgi import get_asgi_application

    uvicorn.run(get_asgi_application(), host="127.0.0.1", port=port, log_level="error", lifespan="off")


def main() -> None:
    kind, port, database = sys.argv[1:]
    logging.getLogger().addHandler(logging.NullHandler())
    set_up(CANDIDATES["on"], f"sqlite:///{database}")
    from benchmarks.app.rows import seed

    seed(100)
    {"wsgi": serve_wsgi, "asgi": serve_asgi}[kind](int(port))


if __name__ == "__main__":
    main()
