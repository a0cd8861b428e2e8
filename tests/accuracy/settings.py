"""Settings of the proof: two databases, in memory unless `DATABASE_URL` names a server; a real project's middleware."""

import os
from pathlib import Path

import environ

HERE = Path(__file__).parent

SECRET_KEY = "only for the proof"
DEBUG = False
USE_TZ = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.accuracy.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_URL = "/static/"

DEFAULT = environ.Env.db_url_config(os.environ.get("DATABASE_URL", "sqlite://:memory:"))
# The shelf has no migrations, and its tables refer to those of apps that have some.
DEFAULT["TEST"] = {"MIGRATE": False}
ARCHIVE = DEFAULT["NAME"] if DEFAULT["NAME"] == ":memory:" else f"{DEFAULT['NAME']}_archive"
DATABASES = {"default": DEFAULT, "archive": {**DEFAULT, "NAME": ARCHIVE}}

INSTALLED_APPS = [
    "django_querywatch",
    "tests.accuracy.shelf",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

QUERYWATCH_MIDDLEWARE = "django_querywatch.middleware.QueryWatchMiddleware"
BARE_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
MIDDLEWARE = [QUERYWATCH_MIDDLEWARE, *BARE_MIDDLEWARE]

QUERYWATCH = {"ENABLED": True, "REPORTERS": []}

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT_PROCESSORS},
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "jinja2"],
        "NAME": "jinja2",
    },
]

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING = {"version": 1, "disable_existing_loggers": False, "loggers": {"django": {"level": "CRITICAL"}}}
