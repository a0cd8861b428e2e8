"""No routes at all."""

urlpatterns: list[object] = []
