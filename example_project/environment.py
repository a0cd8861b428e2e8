"""The shop's environment variables, read once and checked before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

DEVELOPMENT_KEY = "for-development-only-never-for-a-server"
SWITCHES = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
SCHEMES = ("sqlite", "postgres", "postgresql", "mysql", "mariadb", "oracle")


class WrongEnvironment(ImproperlyConfigured):
    """A variable is missing or wrong; the message says which, why and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    debug: bool
    secret_key: str
    allowed_hosts: tuple[str, ...]
    database: Mapping[str, Any]


def read_environment(default_database: Path) -> Environment:
    env = environ.Env()
    debug = read_switch(env, "DEBUG", default=True)
    return Environment(
        debug=debug,
        secret_key=read_secret_key(env, debug=debug),
        allowed_hosts=read_allowed_hosts(env, debug=debug),
        database=read_database(env, f"sqlite:///{default_database}"),
    )


def read_switch(env: environ.Env, name: str, *, default: bool) -> bool:
    text = env.str(name, default=str(default))
    try:
        return SWITCHES[text.strip().lower()]
    except KeyError:
        raise WrongEnvironment(
            f"{name}={text!r} is neither on nor off. Write {name}=true or {name}=false."
        ) from None


def read_secret_key(env: environ.Env, *, debug: bool) -> str:
    key = env.str("SECRET_KEY", default=DEVELOPMENT_KEY if debug else "")
    if not key:
        raise WrongEnvironment(
            "DEBUG is off and SECRET_KEY is not set. Set it to a long random text, or DEBUG=true."
        )
    return key


def read_allowed_hosts(env: environ.Env, *, debug: bool) -> tuple[str, ...]:
    hosts = tuple(env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if debug else []))
    if not hosts:
        raise WrongEnvironment(
            "DEBUG is off and ALLOWED_HOSTS is not set. Name the served hosts: ALLOWED_HOSTS=shop.example.org"
        )
    return hosts


def read_database(env: environ.Env, default: str) -> dict[str, Any]:
    url = env.str("DATABASE_URL", default=default)
    scheme = url.partition("://")[0]
    if "://" not in url or scheme not in SCHEMES:
        # The URL itself may hold a password.
        raise WrongEnvironment(
            f"DATABASE_URL begins with none of {', '.join(SCHEMES)}. "
            "Write DATABASE_URL=postgres://user:password@host:5432/name, or leave it out for SQLite."
        )
    try:
        database: dict[str, Any] = env.db_url_config(url)
    except ValueError as error:
        raise WrongEnvironment(
            f"DATABASE_URL cannot be read: {error}. Write scheme://user:password@host:port/name."
        ) from None
    if not database.get("NAME"):
        raise WrongEnvironment(
            "DATABASE_URL names no database. Its last part is the name: postgres://user@host/name"
        )
    return database
