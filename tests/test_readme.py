"""The README says what the code does: its settings are the settings, its output is the demo's."""

import dataclasses
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from django_querywatch.records import Config
from django_querywatch.reporters.log import SeenFindings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
ROWS = re.findall(r"^\| `([A-Z_]+)` \| `(.+?)` \|", README, re.MULTILINE)


def test_the_table_lists_every_setting():
    assert [name for name, _ in ROWS] == [field.name.upper() for field in dataclasses.fields(Config)]


@pytest.mark.parametrize(("name", "default"), [row for row in ROWS if row[0] != "ENABLED"])
def test_the_table_gives_the_default(name, default):
    value = getattr(Config(), name.lower())
    assert repr(list(value) if isinstance(value, tuple) else value).replace("'", '"') == default


@pytest.mark.django_db
def test_the_output_shown_is_the_demos_output(monkeypatch, settings, capsys):
    settings.DEBUG = True
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("django_querywatch.reporters.log._seen", SeenFindings())
    call_command("seed")
    call_command("demo", no_color=True)
    demo = without_what_varies(capsys.readouterr().out)
    assert demo in without_what_varies(README)
    message = demo[demo.index("N+1: ") :].partition("\n\n")[0]
    assert f"```\n{message}\n```" in without_what_varies(README)


def without_what_varies(text: str) -> str:
    return re.sub(r"product=\d+", "product=?", re.sub(r"[\d.]+ ms", "? ms", text))
