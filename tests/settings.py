"""Settings of the tests: the example shop, two databases in memory, whatever the environment says."""

import os

os.environ.update(DEBUG="false", SECRET_KEY="tests", ALLOWED_HOSTS="testserver,localhost")
os.environ.pop("DATABASE_URL", None)

from example_project.settings import *  # noqa: F403
from example_project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "debug_toolbar"]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
QUERYWATCH = {"ENABLED": True}
