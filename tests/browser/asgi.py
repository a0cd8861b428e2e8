"""The application for uvicorn, static files included, as runserver serves them by itself."""

import os

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.browser.settings")

application = ASGIStaticFilesHandler(get_asgi_application())
