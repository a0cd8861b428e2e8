"""`PROJECT_PACKAGES`: lines of an installed package count as the project's once it is named."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
from django.template import Context, Engine

from django_querywatch import record
from django_querywatch.capture import set_project_packages
from django_querywatch.capture.sites import ClassSite
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


def test_templates_of_a_named_package_are_the_projects(emails, settings):
    OrderFactory.create_batch(3)
    folder = Path(import_module("company_shared").__file__).parent / "templates"
    folder.mkdir()
    (folder / "emails.html").write_text("{% for order in orders %}\n{{ order.user.email }}\n{% endfor %}")
    template = Engine(dirs=[str(folder)]).get_template("emails.html")

    def place() -> tuple[str, int]:
        return line_of_the_finding(lambda orders: template.render(Context({"orders": orders})))

    settings.QUERYWATCH = {"PROJECT_PACKAGES": ["company_shared"]}
    assert place() == ("emails.html", 2)
    settings.QUERYWATCH = {"PROJECT_PACKAGES": ["company"]}
    assert place()[0] == Path(__file__).name


def test_so_are_its_classes(emails, settings):
    file = Path(import_module("company_shared").__file__).with_name("views.py")
    file.write_text("class Orders:\n    pass\n")
    site = ClassSite(import_module("company_shared.views").Orders)
    for named, is_project in ("company_shared", True), ("company_shared.views", True), ("company", False):
        set_project_packages((named,))
        assert site.is_project is is_project
    set_project_packages(())


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
