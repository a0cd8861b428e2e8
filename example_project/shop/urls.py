"""Routes of the shop."""

urlpatterns: list = []
