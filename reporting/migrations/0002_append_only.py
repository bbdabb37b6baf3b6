"""Versions of reports are append-only in the database itself (promise 5)."""

from django.db import migrations

from imaging.common.append_only import protection


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]
    operations = [protection("reporting_reportversion")]
