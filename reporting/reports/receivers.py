"""What the archive must not take away from reports."""

from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from imaging.archive.corrections.names import instance_by_name
from imaging.archive.events import images_deleting
from imaging.archive.models import Study
from reporting.reports.models import ReportVersion


@receiver(images_deleting)
def signed_images_stay(sender: object, *, study: Study, keep: set[int], **_kwargs: Any) -> None:
    """A version draws its key images from the stored objects, whatever became of them in the viewer since,
    and wherever they were given: a correction may be taken back."""
    theirs = Study.objects.filter(Q(pk=study.pk) | Q(corrections__series__study=study))
    of_these = Q(report__exam__in=theirs.values("exam")) | Q(report__exam__patient__in=theirs.values("matched_patient"))
    kept = ReportVersion.objects.filter(of_these).exclude(key_images=[]).values_list("key_images", flat=True)
    uids = {snapshot["sop_instance_uid"] for snapshots in kept for snapshot in snapshots}
    keep.update(instance.pk for instance in map(instance_by_name, uids) if instance and instance.series.study_id == study.pk)
