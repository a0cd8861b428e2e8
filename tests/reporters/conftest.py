"""Reporters are tested where no code host and no earlier test has left anything."""

import pytest

from django_querywatch import reporters
from django_querywatch.reporters import log


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "QUERYWATCH_JSON_FILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(log, "_repeats", log.Repeats())
    monkeypatch.setattr(reporters, "_failed", set())
