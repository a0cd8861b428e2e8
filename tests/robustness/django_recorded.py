"""Settings for Django's own tests, each of which runs inside of `record()` where `RECORDED` names a file for it."""

from __future__ import annotations

import os
import unittest
from pathlib import Path
from typing import Any

DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3"},
    "other": {"ENGINE": "django.db.backends.sqlite3"},
}
SECRET_KEY = "django_tests_secret_key"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False


def record_tests(told: Path) -> None:
    """Wrap every test of this process, and of those forked from it; a line of each goes to the file."""
    plain = unittest.TestCase.run

    def run(self: unittest.TestCase, result: Any = None) -> Any:
        from django_querywatch import Config, record  # the settings are not ready before

        # With all that changes a row's dicts and descriptors: they are to be what they were.
        config = Config(unused_eager=True, unread_columns=1)
        with record(self.id(), config=config) as recording:
            ended = plain(self, result)
        report = recording.report()
        assert str(report)
        line = f"{report.query_count} {len(report.findings)} {int(report.failed)} {self.id()}\n"
        with told.open("a") as file:
            file.write(line)
        return ended

    unittest.TestCase.run = run  # type: ignore[method-assign]


if os.environ.get("RECORDED"):
    record_tests(Path(os.environ["RECORDED"]))
