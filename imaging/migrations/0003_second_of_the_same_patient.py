"""A second object of the same patient can be taken into its study."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0002_append_only"),
    ]

    operations = [
        migrations.AlterField(
            model_name="integritycase",
            name="decision",
            field=models.CharField(
                blank=True,
                choices=[
                    ("link", "Belongs to this exam"),
                    ("apart", "Keep apart: it belongs to no exam here"),
                    ("await", "An order has to be entered first"),
                    ("second", "Take the second object instead of the first"),
                    ("add", "The same patient: take it into the study"),
                    ("first", "Keep the first object"),
                    ("auto", "Matched by itself when the order came"),
                ],
                max_length=8,
            ),
        ),
    ]
