"""The documentation tells the truth: its code runs, its messages are what is said."""

import ast
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.db import transaction

import django_querywatch
from django_querywatch import record
from django_querywatch.conf import DEFAULTS, problems
from django_querywatch.reporters.wording import KIND_WORDS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))

from samples import Fence, demo_fences, demo_message, fences, run, samples, without_durations  # noqa: E402

from example_project.shop.factories import OrderFactory, fill_shop  # noqa: E402
from example_project.shop.models import Order  # noqa: E402

PACKAGE = Path(django_querywatch.__file__).parent
PAGES = {page.stem: page.read_text() for page in sorted((ROOT / "docs").glob("*.md"))}
README = (ROOT / "README.md").read_text()
SAMPLES = {sample.heading: sample for sample in samples(PAGES["kinds"])}
PYTHON = [
    (name, fence) for name, page in PAGES.items() for fence in fences(page) if fence.language == "python"
]
OURS = {"DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "GITHUB_ACTIONS"}
"""What the settings of the tests, or CI, put into the environment."""
RUN = re.compile(r"<!-- run -->\n")


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        fill_shop()
        yield
        transaction.set_rollback(True)


def test_there_is_a_sample_of_every_kind():
    told = {sample.message.code.partition(":")[0].removeprefix("likely ") for sample in SAMPLES.values()}
    assert told == set(KIND_WORDS.values())


@pytest.mark.parametrize("heading", SAMPLES)
def test_the_message_shown_is_what_is_said(heading, shop, tmp_path):
    """Run ``make messages`` after the wording of messages has changed."""
    sample = SAMPLES[heading]
    said = run(sample.wrong, tmp_path, sample.config)[1]
    assert in_one_form(said) == in_one_form(sample.message.code)


def in_one_form(message: str) -> str:
    """Without its times, and with names quoted alike: MariaDB has a way of its own."""
    return without_durations(message).replace("`", '"')


@pytest.mark.parametrize("heading", [heading for heading, sample in SAMPLES.items() if sample.fixed])
def test_the_fixed_code_does_the_same_and_is_silent(heading, shop, tmp_path):
    sample = SAMPLES[heading]
    wrong = run(sample.wrong, tmp_path / "wrong", sample.config)
    fixed = run(sample.fixed, tmp_path / "fixed", sample.config)
    assert wrong[1]
    assert fixed == (wrong[0], "")


@pytest.mark.parametrize("name", PAGES)
def test_messages_of_the_demo_are_those_of_the_readme(name):
    for path, fence in demo_fences(PAGES[name]):
        assert without_durations(fence.code) == without_durations(demo_message(README, path))


@pytest.mark.parametrize(("name", "fence"), PYTHON, ids=lambda value: getattr(value, "span", value))
def test_code_can_be_parsed(name, fence):
    ast.parse(fence.code)


def test_settings_shown_are_valid(settings):
    shown = [fence for _, fence in PYTHON if fence.code.startswith("QUERYWATCH = ")]
    assert shown
    for fence in shown:
        settings.QUERYWATCH = assigned(fence)
        assert problems() == [], fence.code


def test_every_setting_has_a_section():
    assert re.findall(r"^```\{setting\} (\w+)$", PAGES["settings"], re.MULTILINE) == list(DEFAULTS)


@pytest.mark.parametrize("room", ["capture", "analysis"])
def test_every_module_of_a_room_has_its_place_in_the_architecture(room):
    modules = [file.stem for file in (PACKAGE / room).glob("[!_]*.py")]
    assert modules
    assert [name for name in modules if not re.search(rf"[`/]{name}(\.py)?`", PAGES["architecture"])] == []


@pytest.mark.parametrize("module", ["", ".testing", ".reporters.json"])
def test_every_public_name_has_its_place_on_the_page_of_the_api(module):
    names = import_module(f"django_querywatch{module}").__all__
    missing = [name for name in names if f":: django_querywatch{module}.{name}\n" not in PAGES["api"]]
    assert names
    assert missing == []


def test_every_system_check_is_listed():
    source = (PACKAGE / "checks.py").read_text()
    ids = set(re.findall(r'id="(django_querywatch\.\w+)"', source))
    assert ids == set(re.findall(r"^\| `(django_querywatch\.\w+)`", PAGES["settings"], re.MULTILINE))


def test_the_page_on_ignoring_says_whether_entries_are_applied(settings):
    """When they are, take the warning off the page."""
    OrderFactory.create_batch(3)
    settings.QUERYWATCH = {"IGNORE": [{"relation": "shop.Order.user"}]}
    with record() as recording:
        [order.user.email for order in Order.objects.all()]
    is_applied = not recording.report().findings
    assert is_applied == ("not yet applied" not in PAGES["ignoring"])


def test_code_marked_as_run_runs(tmp_path):
    """All of it in one pytest of its own, so that markers, fixtures and the plugin are real."""
    count = sum(write_as_tests(name, page, tmp_path) for name, page in PAGES.items())
    assert count > 10
    result = command(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "."], copy_of_project(tmp_path)
    )
    assert result.returncode == 0, result.stdout


def test_the_first_change_of_a_contributor_works(tmp_path):
    """The view is written where the page says, and run as it says."""
    page = PAGES["contributing"]
    view = textwrap.dedent(re.search(r"^ *```python\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)[1])
    name = re.search(r"-m tests\.accuracy (\w+)$", page, re.MULTILINE)[1]
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "tests" / "accuracy" / "scenarios" / "quiet.py").open("a") as scenarios:
        scenarios.write(f"\n\n{view}")
    result = command([sys.executable, "-m", "tests.accuracy", name], tmp_path)
    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith("1 clean\n")
    assert "\n0 failures\n" in result.stdout


def assigned(fence: Fence) -> object:
    names: dict[str, object] = {}
    exec(fence.code, names)
    return names["QUERYWATCH"]


def write_as_tests(name: str, page: str, folder: Path) -> int:
    marked = [found.end() for found in RUN.finditer(page)]
    for start in marked:
        fence = next(fence for fence in fences(page) if fence.span[0] > start)
        more = "" if "def test" in fence.code else "\n\ndef test_it_was_run():\n    pass\n"
        (folder / f"test_{name.replace('-', '_')}_{start}.py").write_text(fence.code + more)
    return len(marked)


def copy_of_project(folder: Path) -> Path:
    """What a clone has, as far as the tutorial goes."""
    hidden = shutil.ignore_patterns("*.sqlite3", "__pycache__")
    shutil.copytree(ROOT / "example_project", folder / "example_project", ignore=hidden)
    (folder / "tests" / "fixes").mkdir(parents=True)
    models = ("tests/fixes/__init__.py", "tests/fixes/models.py")  # an app of the tests' settings
    for file in ("tests/__init__.py", "tests/settings.py", *models, "pyproject.toml"):
        shutil.copy(ROOT / file, folder / file)
    return folder


def command(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable if word == ".venv/bin/python" else word for word in words],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key not in OURS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
