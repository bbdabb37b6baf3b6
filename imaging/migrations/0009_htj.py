import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0006_query"),
    ]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="undo_note",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="imaging.instance"
            ),
        ),
    ]
