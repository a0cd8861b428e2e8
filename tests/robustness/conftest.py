"""Views are imported before anything is recorded, as they are in a server."""

from django.conf import settings


def pytest_collection_finish() -> None:
    if settings.configured:
        from tests.robustness import urls

        assert urls.urlpatterns
