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
        from django_querywatch import record  # the settings are not ready before

        with record(self.id()) as recording:
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
