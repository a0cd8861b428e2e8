"""Routes of the shop: each page, then its fixed twin."""

from django.urls import path

from example_project.shop.views import api, index, orders, products

app_name = "shop"
urlpatterns = [
    path("", index.IndexView.as_view(), name="index"),
    path("orders/", orders.OrderListView.as_view(), name="orders"),
    path("orders/fixed/", orders.FixedOrderListView.as_view(), name="orders-fixed"),
    path("orders/picking/", orders.PickingListView.as_view(), name="picking"),
    path("orders/picking/fixed/", orders.FixedPickingListView.as_view(), name="picking-fixed"),
    path("orders/mailing/", orders.MailingListView.as_view(), name="mailing"),
    path("orders/mailing/fixed/", orders.FixedMailingListView.as_view(), name="mailing-fixed"),
    path("orders/export/", orders.ExportView.as_view(), name="export"),
    path("orders/export/fixed/", orders.FixedExportView.as_view(), name="export-fixed"),
    path("orders/parcels/", orders.ParcelsView.as_view(), name="parcels"),
    path("orders/parcels/fixed/", orders.FixedParcelsView.as_view(), name="parcels-fixed"),
    path("order/<slug:reference>/", orders.OrderDetailView.as_view(), name="order"),
    path("order/<slug:reference>/fixed/", orders.FixedOrderDetailView.as_view(), name="order-fixed"),
    path("order/<slug:reference>/again/", orders.ReorderView.as_view(), name="reorder"),
    path("order/<slug:reference>/again/fixed/", orders.FixedReorderView.as_view(), name="reorder-fixed"),
    path("products/", products.ProductListView.as_view(), name="products"),
    path("products/fixed/", products.FixedProductListView.as_view(), name="products-fixed"),
    path("products/restock/", products.RestockView.as_view(), name="restock"),
    path("products/restock/fixed/", products.FixedRestockView.as_view(), name="restock-fixed"),
    path("catalogue/", products.CatalogueView.as_view(), name="catalogue"),
    path("catalogue/fixed/", products.FixedCatalogueView.as_view(), name="catalogue-fixed"),
    path("categories/", products.CategoryListView.as_view(), name="categories"),
    path("categories/fixed/", products.FixedCategoryListView.as_view(), name="categories-fixed"),
    path("reviews/", products.ReviewListView.as_view(), name="reviews"),
    path("reviews/fixed/", products.FixedReviewListView.as_view(), name="reviews-fixed"),
    path("basket/", products.BasketView.as_view(), name="basket"),
    path("basket/fixed/", products.FixedBasketView.as_view(), name="basket-fixed"),
    path("api/orders/", api.OrderListAPI.as_view(), name="api-orders"),
    path("api/orders/fixed/", api.FixedOrderListAPI.as_view(), name="api-orders-fixed"),
]
