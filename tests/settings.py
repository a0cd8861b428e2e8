"""Settings of the tests: the shop, on two databases in memory or two beside the one in `DATABASE_URL`."""

import os

os.environ.update(DEBUG="false", SECRET_KEY="tests", ALLOWED_HOSTS="testserver,localhost")
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from example_project.settings import *  # noqa: F403
from example_project.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "debug_toolbar", "tests.fixes"]
DEFAULT = DATABASES["default"]
if "pool" in DEFAULT.get("OPTIONS", {}):
    DEFAULT["OPTIONS"]["pool"] = DEFAULT["OPTIONS"]["pool"] == "True"  # the URL's word
OTHER_NAME = DEFAULT["NAME"] if DEFAULT["NAME"] == ":memory:" else f"{DEFAULT['NAME']}_other"
DATABASES = {"default": DEFAULT, "other": {**DEFAULT, "NAME": OTHER_NAME}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
QUERYWATCH = {"ENABLED": True}
