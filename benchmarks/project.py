"""Sets up Django for one candidate, and calls it as a WSGI server would."""

from __future__ import annotations

import atexit
import os
from io import BytesIO

import django
import environ
from django.conf import settings

from benchmarks.candidates import Candidate


class _NoMigrations(dict):
    """Every app's tables are made from its models: histories of migrations cost minutes under callgrind."""

    def __contains__(self, app: object) -> bool:
        return True

    def __getitem__(self, app: object) -> None:
        return None


def set_up(candidate: Candidate, database: str = "") -> None:
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="benchmarks.app.urls",
        INSTALLED_APPS=["django.contrib.contenttypes", "benchmarks.app", *candidate.apps],
        MIDDLEWARE=list(candidate.middleware),
        DATABASES={"default": _database(database)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        MIGRATION_MODULES=_NoMigrations(),
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        USE_TZ=True,
        # Findings are made and handed over, but printed nowhere.
        LOGGING_CONFIG=None,
        **candidate.settings,
    )
    django.setup()
    _make_tables()
    candidate.start()


def _database(url: str) -> dict[str, object]:
    url = url or os.environ.get("DATABASE_URL", "") or "sqlite://:memory:"
    return {**environ.Env.db_url_config(url), "CONN_MAX_AGE": None}


def _make_tables() -> None:
    """On a server in a database of this process's own, dropped at its end."""
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "sqlite":
        call_command("migrate", run_syncdb=True, verbosity=0)
        return
    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{name}_bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    atexit.register(connection.creation.destroy_test_db, name, verbosity=0)


class Client:
    """The WSGI application and one address: no test client, whose own work would dilute the ratios."""

    def __init__(self, path: str) -> None:
        from django.core.wsgi import get_wsgi_application

        self.application = get_wsgi_application()
        self.path = path

    def request(self) -> None:
        response = self.application(self._environ(), self._start_response)
        for _chunk in response:
            pass
        response.close()

    def _environ(self) -> dict[str, object]:
        return {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": self.path,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
        }

    def _start_response(self, status: str, headers: list[tuple[str, str]]) -> None:
        if not status.startswith("200"):
            raise RuntimeError(f"{self.path} answered {status}")
