"""Let the admin list customers in a second, fixed way."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0002_order_reference"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerWithUser",
            fields=[],
            options={
                "verbose_name_plural": "customers, fixed",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("shop.customer",),
        ),
    ]
