"""The front page: every page pair, to be opened and compared."""

from typing import Any

from django.views.generic import TemplateView

from example_project.shop.pages import PAGES


class IndexView(TemplateView):
    template_name = "shop/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(pages=PAGES, **kwargs)
