"""One page with an N+1, for a project in which others look on."""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def page(request: HttpRequest) -> HttpResponse:
    users = list(User.objects.all())
    groups = sum(len(user.groups.all()) for user in users)
    return HttpResponse(f"<html><body>{len(users)} users, {groups} groups</body></html>")


urlpatterns = [path("", page)]
if "debug_toolbar" in settings.INSTALLED_APPS:
    urlpatterns += [path("__debug__/", include("debug_toolbar.urls"))]
if "silk" in settings.INSTALLED_APPS:
    urlpatterns += [path("silk/", include("silk.urls", namespace="silk"))]
