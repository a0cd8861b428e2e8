"""The application: installs capture when Django is ready, and registers the system checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class QueryWatchConfig(AppConfig):
    name = "django_querywatch"
    verbose_name = "Querywatch"

    def ready(self) -> None:
        from django_querywatch import checks  # noqa: F401 - registers them
        from django_querywatch.conf import get_config

        try:
            is_enabled = get_config().enabled
        except ImproperlyConfigured:
            return  # the system check E001 says it with all its hints
        if is_enabled:
            from django_querywatch.capture import fault_boundary, install

            with fault_boundary:
                install()
