"""Subspecialties that the department keeps itself, and reports that are handed over to a colleague."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reporting.subspecialties.defaults import rows


def subspecialties_begin(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("reporting", "Subspecialty")
    model.objects.bulk_create(model(**values) for values in rows())


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0013_objects"),
        ("reporting", "0003_list"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_since", models.DateTimeField()),
                ("word", models.CharField(blank=True, max_length=200, verbose_name="word")),
                ("offered_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Waits for an answer"),
                            ("taken", "Taken"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Overtaken by what came after"),
                        ],
                        default="",
                        max_length=9,
                        verbose_name="outcome",
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=200, verbose_name="answer")),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("is_answer_seen", models.BooleanField(default=False, help_text="Whether the giver has put a refusal away.")),
                (
                    "giver",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "report",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="hand_overs", to="reporting.report"),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="offered_reports", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Subspecialty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=40, verbose_name="Chinese name")),
                (
                    "body_parts",
                    models.TextField(blank=True, help_text="As HEAD, BRAIN; every exam of them belongs here.", verbose_name="body parts"),
                ),
                (
                    "modalities",
                    models.CharField(
                        blank=True, help_text="As PT NM; every exam of them belongs here.", max_length=64, verbose_name="modalities"
                    ),
                ),
                (
                    "procedures",
                    models.TextField(blank=True, help_text="Codes of the catalogue, separated by commas.", verbose_name="procedures"),
                ),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "readers",
                    models.ManyToManyField(blank=True, related_name="subspecialties", to=settings.AUTH_USER_MODEL, verbose_name="readers"),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="subspecialty",
            constraint=models.UniqueConstraint(condition=models.Q(("deleted_at", None)), fields=("name",), name="subspecialty_name"),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(condition=models.Q(("outcome", "")), fields=["taker"], name="hand_over_waiting"),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                condition=models.Q(("is_answer_seen", False), ("outcome", "refused")), fields=["giver"], name="hand_over_refused"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(condition=models.Q(("outcome", "")), fields=("report",), name="hand_over_open"),
        ),
        migrations.RunPython(subspecialties_begin, migrations.RunPython.noop),
    ]
