"""`PROJECT_PACKAGES`: lines of an installed package count as the project's once it is named."""

import sys
from importlib import import_module

import pytest

from django_querywatch import record
from example_project.shop.factories import OrderFactory
from example_project.shop.models import Order

SHARED = """
def emails(orders):
    return [order.user.email for order in orders]
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def emails(tmp_path, monkeypatch):
    """A function of a package that is installed, and not the project's."""
    folder = tmp_path / "site-packages" / "company_shared"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "lists.py").write_text(SHARED)
    monkeypatch.syspath_prepend(folder.parent)
    yield import_module("company_shared.lists").emails
    for name in ("company_shared", "company_shared.lists"):
        sys.modules.pop(name, None)


def line_of_the_finding(emails) -> tuple[str, int]:
    with record() as recording:
        emails(Order.objects.all())
    (found,) = recording.report().findings
    return found.location.file.rpartition("/")[2], found.location.line


def test_an_installed_package_is_the_projects_when_it_is_named(emails, settings):
    OrderFactory.create_batch(3)
    own_line = (__file__.rpartition("/")[2], line_of_the_finding.__code__.co_firstlineno + 2)
    assert line_of_the_finding(emails) == own_line
    for named in ("company", "company_shared.other", "shared"):
        settings.QUERYWATCH = {"PROJECT_PACKAGES": [named]}
        assert line_of_the_finding(emails) == own_line
    for named in ("company_shared", "company_shared.lists"):
        settings.QUERYWATCH = {"PROJECT_PACKAGES": [named]}
        assert line_of_the_finding(emails) == ("lists.py", 3)
    settings.QUERYWATCH = {}
    assert line_of_the_finding(emails) == own_line


def test_what_is_known_of_code_is_bounded_and_found_again(emails, monkeypatch, settings):
    settings.QUERYWATCH = {"PROJECT_PACKAGES": ["company_shared"]}
    OrderFactory.create_batch(3)
    places = import_module("django_querywatch.capture.places")
    monkeypatch.setattr(places, "_MOST_CODES", 5)
    known = places.Places()
    for number in range(12):
        known.add(compile("", f"file{number}.py", "exec"), {})
        assert len(known.by_id) <= 5
    assert line_of_the_finding(emails) == line_of_the_finding(emails) == ("lists.py", 3)
