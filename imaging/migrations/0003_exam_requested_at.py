"""Each exam has its own wanted time: until now all exams of an order shared the order's."""

from typing import Any

import django.db.models as models
from django.db import migrations


def take_from_order(apps: Any, schema_editor: Any) -> None:
    exams, orders = apps.get_model("imaging", "Exam"), apps.get_model("imaging", "Order")
    of_order = orders.objects.filter(pk=models.OuterRef("order_id")).values("requested_at")
    exams.objects.update(requested_at=models.Subquery(of_order))


class Migration(migrations.Migration):
    dependencies = [("imaging", "0002_append_only")]
    operations = [
        migrations.AddField("exam", "requested_at", models.DateTimeField(blank=True, null=True, verbose_name="wanted for")),
        migrations.RunPython(take_from_order, migrations.RunPython.noop),
    ]
