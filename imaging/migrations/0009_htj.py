import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0008_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="undo_note",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="imaging.instance"
            ),
        ),
        migrations.AddField(
            model_name="storagerule",
            name="begins_at",
            field=models.TimeField(blank=True, help_text="As in 22:00; empty for the usual hours.", null=True, verbose_name="works from"),
        ),
        migrations.AddField(
            model_name="storagerule",
            name="ends_at",
            field=models.TimeField(
                blank=True, help_text="As in 06:00; what is not done goes on the next night.", null=True, verbose_name="until"
            ),
        ),
    ]
