"""One view; its address names the load and the size."""

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from benchmarks.app.growth import GROWTH
from benchmarks.app.loads import LOADS


def page(request: HttpRequest, load: str, size: int) -> HttpResponse:
    (LOADS | GROWTH)[load](size)
    return HttpResponse("<html><body>done</body></html>")


urlpatterns = [path("<str:load>/<int:size>/", page)]

if apps.is_installed("debug_toolbar"):
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
if apps.is_installed("silk"):
    urlpatterns.append(path("silk/", include("silk.urls", namespace="silk")))
