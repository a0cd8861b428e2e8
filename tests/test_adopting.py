"""Every command of docs/adopting.md does what the page says, in a small project with an N+1."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.test_runner import MANAGE, SETTINGS

REPOSITORY = Path(__file__).resolve().parent.parent
PAGE = (REPOSITORY / "docs" / "adopting.md").read_text()

TESTS = """
from django.test import TestCase
from example_project.shop.factories import OrderFactory

class PageTests(TestCase):
    def test_orders(self):
        OrderFactory.create_batch(3)
        self.client.get("/orders/")
"""


def commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    words = (
        words[1:]
        if words[0] == "python"
        else ["-m", "pytest", "-p", "no:randomly", "-p", "no:asyncio", *words[1:]]
    )
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PYTEST_"))
    }
    variables |= {"PYTHONPATH": f"{REPOSITORY}:{folder}", "DJANGO_SETTINGS_MODULE": "adopting_settings"}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


def test_the_pages_commands_lead_from_a_report_to_a_baseline_that_holds(tmp_path):
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db")}
    database = f"DATABASES = {{'default': {sqlite}}}\n"
    (tmp_path / "adopting_settings.py").write_text(SETTINGS + database)
    (tmp_path / "manage.py").write_text(MANAGE)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_pages.py").write_text(TESTS)
    run("python manage.py migrate --run-syncdb", tmp_path)
    for command in commands():
        done = run(command, tmp_path)
        expected = 1 if "querywatch report" in command else 0
        assert done.returncode == expected, f"{command}\n{done.stdout}\n{done.stderr}"
    assert "shop.Order.user" in (tmp_path / "querywatch-baseline.txt").read_text()
    (tmp_path / "querywatch-baseline.txt").write_text("# django-querywatch baseline, version 1\n")
    guards = [
        command for command in commands() if command.endswith("--querywatch-baseline=querywatch-baseline.txt")
    ]
    assert [run(command, tmp_path).returncode for command in guards] == [1, 1], "what is new fails"


def test_what_the_page_says_of_pytests_settings_and_markers_exists():
    from django_querywatch.pytest_plugin import MARKERS
    from django_querywatch.suite.options import FORMATS, MODES

    names = set(re.findall(r"@pytest\.mark\.(\w+)", PAGE))
    assert names == {marker.partition("(")[0] for marker in MARKERS}
    assert set(re.findall(r"--querywatch=(\w+)", PAGE)) | {re.search(r"querywatch = (\w+)", PAGE)[1]} == set(
        MODES
    )
    assert set(re.findall(r"--querywatch-report=(\w+)", PAGE)) < set(FORMATS)
