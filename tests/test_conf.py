import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from django_querywatch.conf import DEFAULTS, get_config, problems
from django_querywatch.records import Config
from django_querywatch.settings_rules import EXAMPLES, RULES

LOG = "django_querywatch.reporters.log.report"


def refusal(settings: object) -> str:
    """What is said of these settings."""
    with override_settings(QUERYWATCH=settings), pytest.raises(ImproperlyConfigured) as caught:
        get_config()
    return str(caught.value)


def problem(key: str, value: object) -> str:
    """What is said of one value, without the key before and the hint behind."""
    said, example = refusal({key: value}), {key: EXAMPLES[key]}
    assert said.startswith(f"QUERYWATCH[{key!r}] ")
    assert said.endswith(f". Correct it in your settings file, for example to QUERYWATCH = {example!r}.")
    return said.removeprefix(f"QUERYWATCH[{key!r}] ").rpartition(". Correct it")[0]


def ignore_problem(**entry: object) -> str:
    said = problem("IGNORE", [{"kind": "duplicate"}, entry])
    assert said.startswith("has an entry 1 that ")
    return said.removeprefix("has an entry 1 that ")


def test_the_defaults():
    assert DEFAULTS == {
        "ENABLED": False,
        "THRESHOLD": None,
        "SLOW_MS": None,
        "MAX_QUERIES": {},
        "UNUSED_EAGER": False,
        "UNREAD_COLUMNS": None,
        "IGNORE": (),
        "REPORTERS": (LOG,),
        "PROJECT_PACKAGES": (),
        "SHOW_PARAMS": False,
        "SAMPLE_RATE": 1.0,
        "EDITOR_URL": None,
        "PATH_MAP": {},
    }
    assert RULES.keys() == DEFAULTS.keys()


@pytest.mark.parametrize("debug", [True, False])
def test_without_settings_debug_decides(debug: bool, settings):
    del settings.QUERYWATCH
    settings.DEBUG = debug
    assert get_config() == Config(enabled=debug)


def test_a_runner_that_turns_debug_off_without_a_word_is_noticed(settings, monkeypatch):
    from django.conf import settings as django_settings

    settings.QUERYWATCH = {}
    settings.DEBUG = True
    assert get_config().enabled
    monkeypatch.setattr(django_settings, "DEBUG", False)
    assert not get_config().enabled


def test_every_key_arrives():
    given = {
        "ENABLED": True,
        "THRESHOLD": 5,
        "SLOW_MS": 0.5,
        "IGNORE": [{"relation": "shop.Order.user", "until": "2027-03", "reason": "next quarter"}],
        "REPORTERS": [LOG, "django_querywatch.reporters.json.report"],
        "PROJECT_PACKAGES": ["company_shared"],
        "SHOW_PARAMS": True,
        "SAMPLE_RATE": 0,
        "EDITOR_URL": "idea://open?file={path}&line={line}",
        "PATH_MAP": {"/app": "/home/me/shop"},
    }
    with override_settings(QUERYWATCH=given):
        assert get_config() == Config(
            enabled=True,
            threshold=5,
            slow_ms=0.5,
            ignore=({"relation": "shop.Order.user", "until": "2027-03", "reason": "next quarter"},),
            reporters=(LOG, "django_querywatch.reporters.json.report"),
            project_packages=("company_shared",),
            show_params=True,
            sample_rate=0,
            editor_url="idea://open?file={path}&line={line}",
            path_map={"/app": "/home/me/shop"},
        )


def test_it_is_read_once_and_again_after_an_override():
    with override_settings(QUERYWATCH={"THRESHOLD": 4}):
        first = get_config()
        assert get_config() is first
        with override_settings(QUERYWATCH={"THRESHOLD": 7}):
            assert get_config().threshold == 7
        assert get_config().threshold == 4


def test_a_config_does_not_change_with_the_settings_dict():
    given = {"IGNORE": [{"kind": "duplicate"}], "PATH_MAP": {"/app": "/src"}}
    with override_settings(QUERYWATCH=given):
        config = get_config()
    given["IGNORE"][0]["kind"] = given["PATH_MAP"]["/app"] = "changed"
    assert config == Config(
        enabled=config.enabled, ignore=({"kind": "duplicate"},), path_map={"/app": "/src"}
    )


def test_each_key_has_an_example_and_it_is_valid():
    assert EXAMPLES.keys() == RULES.keys()
    with override_settings(QUERYWATCH=EXAMPLES):
        assert problems() == []


def test_an_unknown_key_names_the_nearest():
    assert refusal({"TRESHOLD": 3}) == "QUERYWATCH has an unknown key 'TRESHOLD'. Did you mean 'THRESHOLD'?"
    assert refusal({"threshold": 3}) == "QUERYWATCH has an unknown key 'threshold'. Did you mean 'THRESHOLD'?"
    assert refusal({"COLOUR": 3, 7: 7}) == (
        "QUERYWATCH has an unknown key 'COLOUR'. Valid keys: ENABLED, THRESHOLD, SLOW_MS, MAX_QUERIES, "
        "UNUSED_EAGER, UNREAD_COLUMNS, IGNORE, REPORTERS, PROJECT_PACKAGES, SHOW_PARAMS, SAMPLE_RATE, "
        "EDITOR_URL, PATH_MAP.\n"
        "QUERYWATCH has an unknown key 7. Valid keys: ENABLED, THRESHOLD, SLOW_MS, MAX_QUERIES, "
        "UNUSED_EAGER, UNREAD_COLUMNS, IGNORE, REPORTERS, PROJECT_PACKAGES, SHOW_PARAMS, SAMPLE_RATE, "
        "EDITOR_URL, PATH_MAP."
    )


def test_settings_that_are_no_dict():
    assert refusal(["ENABLED"]) == (
        "QUERYWATCH is of type list, not a dict. "
        "Correct it in your settings file, for example to QUERYWATCH = {'ENABLED': True}."
    )


def test_all_that_is_wrong_is_said_at_once():
    with override_settings(QUERYWATCH={"ENABLED": "yes", "THRESHOLD": 1, "SAMPLE_RATE": 0.5}):
        assert [found.message for found in problems()] == [
            "QUERYWATCH['ENABLED'] must be True or False",
            "QUERYWATCH['THRESHOLD'] must be None or a whole number from 2 on",
        ]


WRONG = {
    "must be True or False": {"ENABLED": ["true", 1, None], "SHOW_PARAMS": ["", 0]},
    "must be None or a whole number from 2 on": {"THRESHOLD": [1, 2.0, True, "3"]},
    "must be None or a whole number of bytes above 0": {"UNREAD_COLUMNS": [0, -1, True, "100", 1.5]},
    "must be None or a number of milliseconds above 0": {
        "SLOW_MS": [0, -1, True, "100", float("nan"), float("inf")],
    },
    "must be a number from 0 to 1, or a dict of such by paths": {
        "SAMPLE_RATE": [1.01, -0.1, None, True, "0.5", float("nan")]
    },
    "has an entry 'api/' that is no path or glob -> number from 0 to 1": {
        "SAMPLE_RATE": [{"*": 1, "api/": 1}]
    },
    "has an entry '/' that is no path or glob -> number from 0 to 1": {
        "SAMPLE_RATE": [{"/": 2}, {"/": "1"}, {"/": None}]
    },
    "must be a list of strings": {
        "PROJECT_PACKAGES": ["shop", [1], [""], None, {"shop"}],
        "REPORTERS": [LOG, [print], None],
    },
    "must be None or a string such as 'vscode://file/{path}:{line}'": {"EDITOR_URL": [7, "", b"x"]},
    "must hold {path}, may hold {line}, and no other placeholder": {
        "EDITOR_URL": [
            "vscode://file/",
            "x://{line}",
            "x://{path}{0}",
            "x://{path}:{column}",
            "x://{path.real}",
        ]
    },
    "must be a dict of path here -> path on the editor's machine": {
        "PATH_MAP": [None, [("/app", "/src")], {"/app": None}, {1: "/src"}, {"": "/src"}]
    },
    "must be a list of dicts": {"IGNORE": [None, {"kind": "duplicate"}, "shop.Order.user"]},
}
CASES = [
    (key, value, said) for said, keys in WRONG.items() for key, values in keys.items() for value in values
]


@pytest.mark.parametrize(("key", "value", "said"), CASES)
def test_a_wrong_value_names_the_valid_ones(key: str, value: object, said: str):
    assert problem(key, value) == said


def test_a_broken_editor_url():
    assert problem("EDITOR_URL", "x://{path") == "is no format string (expected '}' before end of string)"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("report", "ImportError: 'report' is no dotted path to a callable, such as 'shop.alerts.report'"),
        ("no_such_module.report", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("tests.test_conf.LOG", "ImportError: module 'tests.test_conf' has no callable 'LOG'"),
    ],
)
def test_a_reporter_that_cannot_be_imported(path: str, why: str):
    assert problem("REPORTERS", [LOG, path]) == f"names {path!r}, which cannot be imported ({why})"


@pytest.mark.parametrize(
    "entry",
    [
        {"relation": "shop.Order.user"},
        {"relation": "shop.Order"},
        {"relation": "auth.User.groups"},
        {"relation": "auth.Group.user_set"},
        {"relation": "auth.User_groups.user"},
        {"relation": "admin.LogEntry.content_type", "kind": "n_plus_one"},
        {"file": "shop/legacy/*.py", "reason": "rewritten in spring", "until": "2027-03-31"},
        {"url_name": "shop:order-list", "view": "shop.views.OrderList"},
    ],
)
def test_an_ignore_that_is_right(entry: dict[str, str]):
    with override_settings(QUERYWATCH={"IGNORE": [entry]}):
        assert problems() == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({}, "would match everything: give it one of relation, file, url_name, view, kind"),
        ({"reason": "tired"}, "would match everything: give it one of relation, file, url_name, view, kind"),
        ({"relations": "shop.Order"}, "has the unknown key 'relations' (did you mean 'relation'?)"),
        ({"xyz": "1"}, "has the unknown key 'xyz' (valid are relation, file, url_name, view, kind, until, "
         "reason)"),
        ({"file": ""}, "has a 'file' that is not a string with something in it"),
        ({"view": print}, "has a 'view' that is not a string with something in it"),
        ({"kind": "n+1"}, "has the unknown kind 'n+1' (valid are n_plus_one, n_plus_one_write, "
         "over_budget, potential_n_plus_one, duplicate, wasteful_check, unused_eager_loading, unread_column, "
         "slow_query)"),
        ({"kind": "n_plus_on"}, "has the unknown kind 'n_plus_on' (did you mean 'n_plus_one'?)"),
        ({"relation": "Order"}, "has a 'relation' 'Order' that is not of the form "
         "'shop.Order.user' or 'shop.Order'"),
        ({"relation": "shop..user"}, "has a 'relation' 'shop..user' that is not of the form "
         "'shop.Order.user' or 'shop.Order'"),
        ({"relation": "shop.Odrer.customer"}, "names a model 'shop.Odrer' that does not exist (did you mean "
         "'shop.Order'?)"),
        ({"relation": "shop.order"}, "names a model 'shop.order' that does not exist (did you mean "
         "'shop.Order'?)"),
        ({"relation": "zz.Q"}, "names a model 'zz.Q' that does not exist (labels are written as "
         "in 'shop.Order')"),
        ({"relation": "shop.Order.usr"}, "names 'usr', which shop.Order does not have (did you mean "
         "'user'?)"),
        ({"relation": "auth.Group.users"}, "names 'users', which auth.Group does not have (did you mean "
         "'user_set'?)"),
        ({"relation": "auth.Group.q"}, "names 'q', which auth.Group does not have (valid are id, name, "
         "permissions, user_set)"),
    ],
)  # fmt: skip
def test_an_ignore_that_is_wrong(entry: dict[str, object], said: str):
    assert ignore_problem(**entry) == said


@pytest.mark.parametrize(
    "until", ["soon", "2027", "2027-13", "2027-02-30", "20270301", "2027-W01-1", "2027-3", "\uff12027-03"]
)
def test_an_ignore_until_no_date(until: str):
    assert ignore_problem(kind="duplicate", until=until) == (
        f"has an 'until' of {until!r}, which is no date: write '2027-03-31', or '2027-03' for all of March"
    )


def test_an_ignore_that_is_no_dict():
    assert problem("IGNORE", ["shop.Order"]) == "has an entry 0 that is not a dict"


def test_before_models_are_loaded_models_and_reporters_are_taken_on_trust(monkeypatch):
    from django.apps import apps

    monkeypatch.setattr(apps, "models_ready", False)
    with override_settings(QUERYWATCH={"IGNORE": [{"relation": "no.Such.model"}], "REPORTERS": ["no.such"]}):
        assert problems() == []
