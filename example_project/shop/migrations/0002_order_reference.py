"""Give every order a reference that its customer can quote."""

from django.db import migrations, models
from django.db.models.functions import Cast, Concat


def refer_to_existing_orders(apps, schema_editor):
    orders = apps.get_model("shop", "Order").objects.using(schema_editor.connection.alias)
    number = Cast("pk", models.CharField(max_length=20))
    orders.update(reference=Concat(models.Value("S-"), number))


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="reference",
            field=models.CharField(blank=True, max_length=20, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(refer_to_existing_orders, migrations.RunPython.noop),
    ]
