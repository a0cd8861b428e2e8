"""What the shop sells. Each page has its fixed twin below it."""

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import ListView, View

from example_project.shop import services
from example_project.shop.exceptions import EmptyBasketError, UnknownProductError
from example_project.shop.models import Category, Product, Review


class ProductListView(ListView):
    """Products with what their buyers say."""

    queryset = Product.objects.all()
    context_object_name = "products"
    template_name = "shop/product_list.html"


class FixedProductListView(ProductListView):
    queryset = Product.objects.prefetch_related("reviews")


class CatalogueView(ListView):
    """Products with the categories that they stand in."""

    queryset = Product.objects.all()
    context_object_name = "products"
    template_name = "shop/catalogue.html"


class FixedCatalogueView(CatalogueView):
    queryset = Product.objects.prefetch_related("categories")


class CategoryListView(ListView):
    queryset = Category.objects.all()
    context_object_name = "categories"
    template_name = "shop/category_list.html"


class FixedCategoryListView(CategoryListView):
    queryset = Category.objects.annotate(product_count=Count("products")).order_by("name")
    template_name = "shop/category_list_fixed.html"


class ReviewListView(ListView):
    model = Review
    context_object_name = "reviews"
    template_name = "shop/review_list.html"


class FixedReviewListView(ReviewListView):
    queryset = Review.objects.select_related("author")


class BasketView(View):
    total = staticmethod(services.basket_total)

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            return HttpResponse(
                f"{self.total(request.GET.getlist('product'))} to pay", content_type="text/plain"
            )
        except EmptyBasketError as error:
            return HttpResponseBadRequest(str(error), content_type="text/plain")
        except UnknownProductError as error:
            raise Http404(str(error)) from error


class FixedBasketView(BasketView):
    total = staticmethod(services.basket_total_at_once)


class RestockView(View):
    restock = staticmethod(services.restock)

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        self.restock(amount=10)
        return HttpResponseRedirect(reverse("shop:products-fixed"))


class FixedRestockView(RestockView):
    restock = staticmethod(services.restock_at_once)
