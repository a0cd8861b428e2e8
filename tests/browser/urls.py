"""Routes of the browser tests: the example project's, and these pages."""

from django.http import HttpResponse
from django.urls import path

from example_project.urls import urlpatterns as of_example_project
from tests.browser import pages

urlpatterns = [
    path("favicon.ico", lambda request: HttpResponse(status=204)),
    path("overview/", pages.overview),
    path("overview/async/", pages.overview_async),
    path("streamed/", pages.streamed),
    path("hostile/<path:name>", pages.hostile),
    *of_example_project,
]
