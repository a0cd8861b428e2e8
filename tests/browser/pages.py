"""Pages that the example project has no use for: several causes at once, and names that attack the panel."""

from collections.abc import Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from example_project.shop.models import Category, Order, Product, Review

ATTACK = "<img src=x onerror=globalThis.attacked=1>"


def overview(request: HttpRequest) -> HttpResponse:
    """What a shop's back office shows first."""
    orders = Order.objects.all()[:30]
    reviews = Review.objects.order_by("-stars")[:24]
    products = Product.objects.filter(price__gt=10)
    context = {
        "orders": orders,
        "reviews": reviews,
        "products": products,
        "numbers": f"{number_of_categories()} categories, {100 // number_of_categories()} % each",
        "direction": request.GET.get("direction", "ltr"),
    }
    return render(request, "overview.html", context)


def number_of_categories() -> int:
    return Category.objects.count()


async def overview_async(request: HttpRequest) -> HttpResponse:
    names = [
        f"{order.reference} {(await order.items.afirst()).pk}" async for order in Order.objects.all()[:20]
    ]
    return HttpResponse(f"<body>{', '.join(names)}</body>")


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        for order in Order.objects.all():
            yield f"{order.user.email}\n"

    return StreamingHttpResponse(lines(), content_type="text/plain")


def hostile(request: HttpRequest, name: str) -> HttpResponse:
    """Run an N+1 in a template whose path and source are attacks, and SQL that is one."""
    for order in Order.objects.all()[:5]:
        with connection.cursor() as cursor:
            cursor.execute(f'select status as "</pre>{ATTACK}" from shop_order where id = %s', [order.pk])
    return render(request, f"{ATTACK}.html", {"orders": Order.objects.all()[:10]})


hostile.__code__ = hostile.__code__.replace(co_name=ATTACK, co_qualname=ATTACK)
hostile.__qualname__ = ATTACK
