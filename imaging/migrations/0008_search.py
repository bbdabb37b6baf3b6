from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0007_node_limit"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(condition=models.Q(("is_protected", True)), fields=["id"], name="patient_protected"),
        ),
    ]
