"""The README says what the code does: its output is the demo's, its links lead somewhere."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from django_querywatch.reporters.repeats import Repeats

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
LINK = re.compile(r"""\]\(([^)]+)\)|(?:src|srcset)="([^"]+)\"""")


@pytest.mark.django_db
def test_the_output_shown_is_the_demos_output(monkeypatch, settings, capsys):
    settings.DEBUG = True
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("django_querywatch.reporters.log._repeats", Repeats())
    call_command("seed")
    call_command("demo", no_color=True)
    demo = without_what_varies(capsys.readouterr().out)
    if connection.vendor == "mysql":
        demo = demo.replace("`", '"')
    assert demo in without_what_varies(README)
    message = demo[demo.index("N+1: ") :].partition("\n\n")[0]
    assert f"```\n{message}\n```" in without_what_varies(README)


def test_every_link_and_picture_is_there():
    targets = [link or picture for link, picture in LINK.findall(README)]
    assert len(targets) > 20
    assert [target for target in targets if not (ROOT / target).is_file()] == []


def without_what_varies(text: str) -> str:
    return re.sub(r"product=\d+", "product=?", re.sub(r"[\d.]+ ms", "? ms", text))
