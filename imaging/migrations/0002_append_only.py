"""The audit trail is append-only in the database itself (promise 6)."""

from django.db import migrations

from imaging.common.append_only import protection


class Migration(migrations.Migration):
    dependencies = [("imaging", "0001_initial")]
    operations = [protection("imaging_auditevent")]
