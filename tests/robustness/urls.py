"""The shop's routes, and those of the pages that fail."""

from django.urls import path

from example_project.urls import urlpatterns as shop_urlpatterns
from tests.robustness import views

urlpatterns = [
    *shop_urlpatterns,
    *(
        path(f"robust/{view.__name__}/", view)
        for view in (
            views.raises,
            views.raises_later,
            views.refuses,
            views.wrong,
            views.rows,
            views.rows_later,
            views.raises_in_stream,
            views.grouped,
        )
    ),
]
