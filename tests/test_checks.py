from io import StringIO

import pytest
from django.apps import apps
from django.core.checks import Error, Info, run_checks
from django.core.checks import Warning as CheckWarning
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings
from django.utils.deprecation import MiddlewareMixin

from django_querywatch import capture, checks

MIDDLEWARE = "django_querywatch.middleware.QueryWatchMiddleware"
TOOLBAR = "debug_toolbar.middleware.DebugToolbarMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"
PANEL = "django_querywatch.panels.QueryWatchPanel"

MISSING = CheckWarning(
    "django-querywatch is enabled, but nothing watches requests: its middleware is not in MIDDLEWARE "
    "and its panel not in DEBUG_TOOLBAR_PANELS.",
    hint=f"Add '{MIDDLEWARE}' to MIDDLEWARE, after the toolbar's if you have it.",
    id="django_querywatch.W001",
)


class OtherMiddleware(MiddlewareMixin):
    pass


def function_middleware(get_response):
    return get_response


@pytest.fixture(autouse=True)
def sound_settings(settings, monkeypatch):
    settings.QUERYWATCH = {"ENABLED": True}
    settings.MIDDLEWARE = [TOOLBAR, COMMON, MIDDLEWARE]
    settings.DEBUG_TOOLBAR_PANELS = []
    monkeypatch.setattr(capture, "missing_targets", lambda: (), raising=False)


def messages(deploy: bool = False) -> list:
    return run_checks(tags=[checks.TAG], include_deployment_checks=deploy)


def test_sound_settings_are_silent():
    assert messages() == []


def test_a_wrong_setting_is_an_error_and_the_only_message(settings):
    settings.QUERYWATCH = {"TRESHOLD": 3, "ENABLED": "yes"}
    settings.MIDDLEWARE = []
    assert messages(deploy=True) == [
        Error(
            "QUERYWATCH has an unknown key 'TRESHOLD'.",
            hint="Did you mean 'THRESHOLD'?",
            id="django_querywatch.E001",
        ),
        Error(
            "QUERYWATCH['ENABLED'] must be True or False.",
            hint="Correct it in your settings file, for example to QUERYWATCH = {'ENABLED': True}.",
            id="django_querywatch.E001",
        ),
    ]


def test_the_application_starts_with_a_wrong_setting_and_leaves_it_to_the_check(settings, monkeypatch):
    installed = []
    monkeypatch.setattr("django_querywatch.capture.install", lambda: installed.append(True))
    settings.QUERYWATCH = {"ENABLED": True}
    apps.get_app_config("django_querywatch").ready()
    assert installed == [True]
    settings.QUERYWATCH = {"ENABLED": True, "TRESHOLD": 3}
    apps.get_app_config("django_querywatch").ready()
    assert installed == [True]


def test_the_command_fails_for_a_wrong_setting(settings):
    settings.QUERYWATCH = {"SAMPLE_RATE": 7}
    with pytest.raises(
        SystemCheckError, match=r"django_querywatch\.E001\) QUERYWATCH\['SAMPLE_RATE'\] must be"
    ):
        call_command("check", stdout=StringIO(), stderr=StringIO())


@pytest.mark.parametrize(
    "middleware", [[], [COMMON], [f"{__name__}.OtherMiddleware", f"{__name__}.function_middleware"]]
)
def test_neither_middleware_nor_panel(settings, middleware: list[str]):
    settings.MIDDLEWARE = middleware
    assert messages() == [MISSING]


def test_switched_off_nothing_is_missing(settings):
    settings.MIDDLEWARE = []
    settings.QUERYWATCH = {"ENABLED": False}
    assert messages(deploy=True) == []


def test_the_panel_alone_is_enough_where_the_toolbar_is_installed(settings):
    settings.MIDDLEWARE = [TOOLBAR]
    settings.DEBUG_TOOLBAR_PANELS = [PANEL]
    assert messages() == []
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "debug_toolbar"]
    assert messages() == [MISSING]


def test_middleware_that_cannot_be_imported_is_left_to_django(settings):
    settings.MIDDLEWARE = ["no.such.Middleware", MIDDLEWARE]
    assert messages() == []


def test_the_middleware_twice(settings):
    settings.MIDDLEWARE = [TOOLBAR, MIDDLEWARE, COMMON, MIDDLEWARE]
    assert messages() == [
        CheckWarning(
            "QueryWatchMiddleware is in MIDDLEWARE 2 times: so often is a request reported.",
            hint="Keep one of the entries 1, 3.",
            id="django_querywatch.W002",
        )
    ]


def test_the_middleware_above_the_toolbars(settings):
    settings.MIDDLEWARE = [MIDDLEWARE, COMMON, TOOLBAR]
    assert messages() == [
        Info(
            "QueryWatchMiddleware stands above DebugToolbarMiddleware: the toolbar's own queries count.",
            hint=f"Move '{MIDDLEWARE}' below '{TOOLBAR}' in MIDDLEWARE.",
            id="django_querywatch.W003",
        )
    ]


def test_a_subclass_counts(settings, monkeypatch):
    from django_querywatch.middleware import QueryWatchMiddleware

    class Own(QueryWatchMiddleware):
        pass

    monkeypatch.setitem(globals(), "Own", Own)
    settings.MIDDLEWARE = [f"{__name__}.Own"]
    assert messages() == []
    settings.MIDDLEWARE = [f"{__name__}.Own", MIDDLEWARE]
    assert [message.id for message in messages()] == ["django_querywatch.W002"]


def test_what_django_no_longer_has(monkeypatch):
    monkeypatch.setattr(capture, "missing_targets", lambda: ("ModelIterable.__iter__", "prefetch_one_level"))
    first, second = messages()
    assert first == CheckWarning(
        "django-querywatch did not find ModelIterable.__iter__ in this version of Django: what it would tell "
        "about relations and querysets is missing, SQL is still seen.",
        hint="Upgrade django-querywatch; if there is no newer version, report this message to it.",
        id="django_querywatch.W004",
    )
    assert "prefetch_one_level" in second.msg


def test_everything_recorded_is_a_warning_for_deployments_only(settings):
    assert messages() == []
    assert messages(deploy=True) == [
        CheckWarning(
            "django-querywatch is enabled and records every request.",
            hint="Set QUERYWATCH['ENABLED'] to False, or QUERYWATCH['SAMPLE_RATE'] to 0.01, say.",
            id="django_querywatch.W005",
        )
    ]
    settings.QUERYWATCH = {"ENABLED": True, "SAMPLE_RATE": {"/api/": 1, "*": 1}}
    assert len(messages(deploy=True)) == 1
    for rate in (0.99, {"/api/": 1, "*": 0.01}):
        settings.QUERYWATCH = {"ENABLED": True, "SAMPLE_RATE": rate}
        assert messages(deploy=True) == []


def test_the_check_names_what_the_middleware_refuses():
    from django.core.exceptions import ImproperlyConfigured

    from django_querywatch.middleware import QueryWatchMiddleware

    with override_settings(QUERYWATCH={"SLOW_MS": -1}):
        (error,) = messages()
        with pytest.raises(ImproperlyConfigured) as caught:
            QueryWatchMiddleware(lambda request: None)
    assert str(caught.value) == f"{error.msg} {error.hint}"
