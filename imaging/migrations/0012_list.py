"""What devices announce by series, and what they were told of their images exam by exam."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0011_ends"),
    ]

    operations = [
        migrations.AddField(
            model_name="performedstep",
            name="announced_series",
            field=models.JSONField(
                blank=True, help_text="What it says by series: uid, description and number of images; none for a step of before.", null=True
            ),
        ),
        migrations.CreateModel(
            name="CommitmentExam",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked", models.PositiveIntegerField(default=0)),
                ("unsafe", models.PositiveIntegerField(default=0)),
                ("exam", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="commitments", to="imaging.exam")),
                (
                    "request",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="exams", to="imaging.commitmentrequest"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("request", "exam"), name="commitment_exam_unique")],
            },
        ),
    ]
