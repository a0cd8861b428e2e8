"""Orders with their lines, and stock behind a composite primary key."""

from django.conf import settings
from django.db import models


class Customer(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="customer")
    phone = models.CharField(max_length=20, blank=True)


class Order(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE)
    number = models.CharField(max_length=20)
    is_paid = models.BooleanField(default=False)

    def total(self):
        return sum(line.quantity * line.unit_price for line in self.lines.all())  # culprit: order_total


class Line(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey("shelf.Book", models.CASCADE, related_name="order_lines")
    quantity = models.IntegerField(default=1)
    unit_price = models.IntegerField(default=10)


class Branch(models.Model):
    name = models.CharField(max_length=40)
    manager = models.ForeignKey("shelf.Author", models.SET_NULL, null=True, related_name="+")


class Stock(models.Model):
    pk = models.CompositePrimaryKey("branch_id", "book_id")
    branch = models.ForeignKey(Branch, models.CASCADE, related_name="stock")
    book = models.ForeignKey("shelf.Book", models.CASCADE, related_name="stock")
    quantity = models.IntegerField(default=0)
    note = models.TextField(blank=True)


class StockCount(models.Model):
    """Leads to a row with a composite key, over two columns."""

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="+")
    book = models.ForeignKey("shelf.Book", models.CASCADE, related_name="+")
    counted = models.IntegerField(default=0)
    stock = models.ForeignObject(
        Stock,
        models.CASCADE,
        from_fields=["branch_id", "book_id"],
        to_fields=["branch_id", "book_id"],
        related_name="counts",
    )
