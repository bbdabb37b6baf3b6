import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0014_echo"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlaneMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(help_text="Given by the viewer that made it.", unique=True)),
                ("frame", models.PositiveIntegerField(default=1)),
                ("frame_of_reference_uid", models.CharField(blank=True, max_length=64)),
                ("tool", models.CharField(max_length=32)),
                ("places", models.JSONField(default=list, help_text="[[x, y, z], ...] in millimetres of the frame of reference.")),
                ("values", models.JSONField(default=dict, help_text="What was measured, with units.")),
                ("readings", models.JSONField(default=list, help_text="What was read from each series that was shown, with its unit.")),
                ("view", models.JSONField(default=dict, help_text="How the plane lay: its normal, what was up, and its slab.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plane_marks", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "instance",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plane_marks", to="imaging.instance"),
                ),
                ("study", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plane_marks", to="imaging.study")),
            ],
            options={
                "indexes": [models.Index(fields=["study", "id"], name="plane_mark_study")],
            },
        ),
    ]
