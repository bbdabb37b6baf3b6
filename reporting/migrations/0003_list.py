"""Deadlines as rules, kept reading lists, and images that come after signing."""

from typing import Any

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reporting.deadlines.defaults import rows


def deadlines_begin(apps: Any, schema_editor: Any) -> None:
    rules = apps.get_model("reporting", "DeadlineRule")
    rules.objects.bulk_create(rules(**values) for values in rows())


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0012_list"),
        ("reporting", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeadlineRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "patient_class",
                    models.CharField(
                        blank=True,
                        choices=[("E", "Emergency"), ("I", "Inpatient"), ("O", "Outpatient"), ("P", "Check-up")],
                        max_length=1,
                        verbose_name="patient type",
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        blank=True,
                        choices=[("stat", "STAT"), ("urgent", "Urgent"), ("routine", "Routine")],
                        max_length=8,
                        verbose_name="priority",
                    ),
                ),
                (
                    "modalities",
                    models.CharField(blank=True, help_text="As CT MR; empty for all.", max_length=64, verbose_name="modalities"),
                ),
                (
                    "minutes",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(43200)],
                        verbose_name="minutes",
                    ),
                ),
                ("in_working_time", models.BooleanField(default=False, verbose_name="in working hours only")),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FirstList",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="first_list",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LateImages",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("images", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "To be looked at"), ("stands", "The report stands"), ("amended", "The report was amended")],
                        default="",
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ReadingFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("address", models.CharField(blank=True, max_length=1000)),
                (
                    "audience",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Only me"),
                            ("resident", "Residents"),
                            ("radiologist", "Radiologists"),
                            ("everybody", "Everybody who reads"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="for whom",
                    ),
                ),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="deadlinerule",
            name="author",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="lateimages",
            name="exam",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="late_images", to="imaging.exam"),
        ),
        migrations.AddField(
            model_name="lateimages",
            name="settled_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="lateimages",
            name="signer",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="late_images", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="readingfilter",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reading_filters", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="firstlist",
            name="filter",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reporting.readingfilter"),
        ),
        migrations.AddConstraint(
            model_name="deadlinerule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)), fields=("patient_class", "priority", "modalities"), name="deadline_rule_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="lateimages",
            index=models.Index(condition=models.Q(("outcome", "")), fields=["first_at"], name="late_images_waiting"),
        ),
        migrations.AddConstraint(
            model_name="lateimages",
            constraint=models.UniqueConstraint(condition=models.Q(("outcome", "")), fields=("exam",), name="late_images_open"),
        ),
        migrations.AddIndex(
            model_name="readingfilter",
            index=models.Index(condition=models.Q(("deleted_at", None)), fields=["audience"], name="reading_filter_audience"),
        ),
        migrations.AddConstraint(
            model_name="readingfilter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)), fields=("owner", "name"), name="reading_filter_name"
            ),
        ),
        migrations.RunPython(deadlines_begin, migrations.RunPython.noop),
    ]
