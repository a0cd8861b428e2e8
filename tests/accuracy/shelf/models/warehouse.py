"""Primary keys and columns with names of their own, and two keys to one model."""

from django.db import models


class Warehouse(models.Model):
    code = models.CharField(max_length=12, primary_key=True, db_column="wh_code")
    city = models.CharField(max_length=40, db_column="wh_city")

    class Meta:
        db_table = "depot"


class Shipment(models.Model):
    number = models.CharField(max_length=20, primary_key=True)
    source = models.ForeignKey(Warehouse, models.CASCADE, related_name="outgoing", db_column="from_wh")
    target = models.ForeignKey(Warehouse, models.CASCADE, related_name="incoming", db_column="to_wh")
    memo = models.TextField(blank=True, db_column="remarks")

    class Meta:
        db_table = "Shipping Log"
