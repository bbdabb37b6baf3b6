"""What an unanswered echo said, to be told in each reader's language. A small table: one row a node."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imaging", "0013_objects")]

    operations = [migrations.AddField("remotenode", "last_echo_values", models.JSONField(blank=True, null=True))]
