"""The shop refuses to start in a wrong environment, and says what to write instead."""

from pathlib import Path

import pytest

from example_project.environment import Environment, WrongEnvironment, read_environment

VARIABLES = ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")


@pytest.fixture
def read(monkeypatch):
    def read_with(**variables: str) -> Environment:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return read_environment(default_database=Path("/data/shop.sqlite3"))

    return read_with


def test_nothing_set_is_development_on_sqlite(read):
    environment = read()
    assert environment.debug
    assert environment.allowed_hosts == ("localhost", "127.0.0.1")
    assert environment.database["ENGINE"] == "django.db.backends.sqlite3"
    assert environment.database["NAME"] == "/data/shop.sqlite3"


def test_a_database_url_is_followed(read):
    database = read(DATABASE_URL="postgres://shop:secret@db.example.org:5433/sales").database
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.org", 5433, "sales")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"DEBUG": "perhaps"}, "DEBUG='perhaps' is neither on nor off. Write DEBUG=true or DEBUG=false."),
        ({"DEBUG": "off", "ALLOWED_HOSTS": "a.example.org"}, "SECRET_KEY is not set"),
        ({"DEBUG": "off", "SECRET_KEY": "secret"}, "ALLOWED_HOSTS is not set"),
        ({"DATABASE_URL": "sales"}, "DATABASE_URL begins with none of sqlite"),
        ({"DATABASE_URL": "postgres://shop@db:port/sales"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "postgres://shop@db/"}, "DATABASE_URL names no database"),
    ],
)
def test_a_wrong_variable_is_named_with_what_to_write(read, variables, message):
    with pytest.raises(WrongEnvironment, match=message.replace("(", r"\(")):
        read(**variables)


def test_a_password_in_a_wrong_url_is_not_repeated(read):
    with pytest.raises(WrongEnvironment) as caught:
        read(DATABASE_URL="postgrs://shop:secret@db/sales")
    assert "secret" not in str(caught.value)
