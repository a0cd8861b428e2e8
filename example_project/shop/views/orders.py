"""Orders on pages, in e-mails and in a spreadsheet. Each page has its fixed twin below it."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import DetailView, ListView, View

from example_project.shop import services
from example_project.shop.exceptions import EmptyOrderError
from example_project.shop.models import Order


class OrderListView(ListView):
    queryset = Order.objects.all()
    context_object_name = "orders"
    template_name = "shop/order_list.html"


class FixedOrderListView(OrderListView):
    queryset = Order.objects.select_related("user")


class OrderDetailView(DetailView):
    queryset = Order.objects.select_related("user")
    slug_field = slug_url_kwarg = "reference"
    template_name = "shop/order_detail.html"


class FixedOrderDetailView(OrderDetailView):
    queryset = Order.objects.select_related("user").prefetch_related("items__product")


class PickingListView(ListView):
    """What to take from which shelf, for every order."""

    queryset = Order.objects.all()
    context_object_name = "orders"
    template_name = "shop/picking_list.html"


class FixedPickingListView(PickingListView):
    queryset = Order.objects.prefetch_related("items__product")


class MailingListView(View):
    queryset = Order.objects.all()

    def get(self, request: HttpRequest) -> HttpResponse:
        addresses = services.mailing_list(self.queryset.all())
        return HttpResponse("\n".join(addresses), content_type="text/plain")


class FixedMailingListView(MailingListView):
    queryset = Order.objects.select_related("user")


class ExportView(View):
    """All orders as CSV, streamed."""

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        orders = Order.objects.iterator()
        return StreamingHttpResponse(services.order_rows(orders), content_type="text/csv")


class FixedExportView(View):
    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        orders = Order.objects.select_related("user").iterator()
        return StreamingHttpResponse(services.order_rows(orders), content_type="text/csv")


class ParcelsView(View):
    """How many things each parcel holds, without blocking the event loop."""

    async def get(self, request: HttpRequest) -> JsonResponse:
        parcels = {}
        async for order in Order.objects.all():
            parcels[order.reference] = 0
            async for item in order.items.all():
                parcels[order.reference] += item.quantity
        return JsonResponse(parcels)


class FixedParcelsView(View):
    async def get(self, request: HttpRequest) -> JsonResponse:
        parcels = {}
        async for order in Order.objects.prefetch_related("items"):
            parcels[order.reference] = 0
            async for item in order.items.all():
                parcels[order.reference] += item.quantity
        return JsonResponse(parcels)


class ReorderView(View):
    reorder = staticmethod(services.reorder)

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            again = self.reorder(get_object_or_404(Order, reference=reference))
        except EmptyOrderError as error:
            return HttpResponse(str(error), status=HTTPStatus.CONFLICT, content_type="text/plain")
        return HttpResponseRedirect(reverse("shop:order", kwargs={"reference": again.reference}))


class FixedReorderView(ReorderView):
    reorder = staticmethod(services.reorder_at_once)
