"""No pattern of its own: each run puts the scenario's view behind the one path that it asks for."""

urlpatterns: list[object] = []
