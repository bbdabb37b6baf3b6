"""What readers kept, when images are deleted: what a report shows stays, with its image; the rest goes with the images."""

from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver

from imaging.archive.events import images_deleting
from imaging.archive.models import Instance, Study
from imaging.viewer.models import Annotation, KeyImage


@receiver(images_deleting)
def key_images_stay(sender: object, *, study: Study, instances: QuerySet[Instance], keep: set[int], **_kwargs: Any) -> None:
    """A report draws its key images from the stored object: those objects stay as long as the report."""
    shown = KeyImage.objects.filter(study=study, in_report=True, removed_at=None).values_list("instance", flat=True)
    keep.update(shown)
    KeyImage.objects.filter(study=study).exclude(instance__in=keep).delete()
    Annotation.objects.filter(study=study).exclude(instance__in=keep).delete()
