"""How readers left the images of an exam."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0015_planes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadingLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("screen", models.PositiveSmallIntegerField(default=1)),
                ("arrangement", models.JSONField()),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "study",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reading_layouts", to="imaging.study"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "changed_at"], name="reading_layout_age")],
                "constraints": [models.UniqueConstraint(fields=("person", "study", "screen"), name="reading_layout_once")],
            },
        ),
    ]
