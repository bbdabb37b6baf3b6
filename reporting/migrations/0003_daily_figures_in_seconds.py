"""Days are counted by the second now: those kept by the minute are counted anew when they are asked for."""

from typing import Any

from django.db import migrations


def forget_days(apps: Any, schema_editor: Any) -> None:
    apps.get_model("reporting", "DailyFigure").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_append_only")]
    operations = [
        migrations.RunPython(forget_days, forget_days),
        migrations.RemoveField("dailyfigure", "minutes"),
    ]
