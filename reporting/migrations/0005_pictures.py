"""The stored objects of key images that went out with a version, also of those that are there already."""

from collections.abc import Iterable
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

BATCH = 200


def pictures_note(apps: Any, schema_editor: Any) -> None:
    """Note each key image of each version; an object that is gone cannot be kept."""
    versions = apps.get_model("reporting", "ReportVersion").objects.exclude(key_images=[]).order_by("pk").values_list("pk", "key_images")
    batch: list[tuple[int, str]] = []
    for pk, snapshots in versions.iterator(chunk_size=BATCH):
        batch += [(pk, snapshot["sop_instance_uid"]) for snapshot in snapshots]
        if len(batch) >= BATCH:
            _note(apps, batch)
            batch = []
    _note(apps, batch)


def _note(apps: Any, batch: list[tuple[int, str]]) -> None:
    picture = apps.get_model("reporting", "SignedPicture")
    known = _instances(apps, {uid for _version, uid in batch})
    rows = {(version, known[uid]) for version, uid in batch if uid in known}
    picture.objects.bulk_create(
        [picture(version_id=version, instance_id=instance) for version, instance in sorted(rows)], ignore_conflicts=True
    )


def _instances(apps: Any, uids: Iterable[str]) -> dict[str, int]:
    """By the UID that an object came with, and by the one it goes by."""
    wanted = sorted(uids)
    received = apps.get_model("imaging", "ReceivedName").objects.filter(sop_instance_uid__in=wanted).values_list("sop_instance_uid", "pk")
    named = apps.get_model("imaging", "Instance").objects.filter(sop_instance_uid__in=wanted).values_list("sop_instance_uid", "pk")
    return {**dict(received), **dict(named)}


class Migration(migrations.Migration):
    dependencies = [("imaging", "0019_revisions"), ("reporting", "0004_next")]

    operations = [
        migrations.CreateModel(
            name="SignedPicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "instance",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="imaging.instance"),
                ),
                (
                    "version",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="pictures", to="reporting.reportversion"),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("version", "instance"), name="signed_picture_once")]},
        ),
        migrations.RunPython(pictures_note, migrations.RunPython.noop),
    ]
