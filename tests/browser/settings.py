"""The example project as a browser meets it: toolbar on, policy strict, numbers grouped, a few pages more."""

import os
from pathlib import Path

import django

SCRATCH = Path(os.environ["QUERYWATCH_BROWSER_SCRATCH"])
os.environ.update(DEBUG="true", DATABASE_URL=f"sqlite:///{SCRATCH / 'shop.sqlite3'}")

from example_project.settings import *  # noqa: E402, F403
from example_project.settings import BASE_DIR, MIDDLEWARE, TEMPLATES  # noqa: E402

MIDDLEWARE = [*MIDDLEWARE]
if django.VERSION >= (6, 0):
    from django.utils.csp import CSP

    MIDDLEWARE.append("django.middleware.csp.ContentSecurityPolicyMiddleware")
    SECURE_CSP = {"default-src": [CSP.SELF]}
DEBUG_TOOLBAR_PANELS = [
    "debug_toolbar.panels.history.HistoryPanel",
    "django_querywatch.panels.QueryWatchPanel",
    "debug_toolbar.panels.timer.TimerPanel",
    "debug_toolbar.panels.request.RequestPanel",
    "debug_toolbar.panels.templates.TemplatesPanel",
    "debug_toolbar.panels.sql.SQLPanel",
]
TEMPLATES = [{**TEMPLATES[0], "DIRS": [Path(__file__).parent / "templates", SCRATCH]}]
ROOT_URLCONF = "tests.browser.urls"
ASGI_APPLICATION = "tests.browser.asgi.application"
USE_THOUSAND_SEPARATOR = True
QUERYWATCH = {
    "EDITOR_URL": "vscode://file/{path}:{line}",
    "PATH_MAP": {str(BASE_DIR.parent): "/home/me/my shop"},
    "SHOW_PARAMS": os.environ.get("QUERYWATCH_BROWSER_PARAMS") == "1",
}
