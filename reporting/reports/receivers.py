"""What the archive must not take away from reports."""

from typing import Any

from django.dispatch import receiver

from imaging.archive.events import images_deleting
from imaging.archive.models import Study
from reporting.reports.models import SignedPicture


@receiver(images_deleting)
def signed_images_stay(sender: object, *, study: Study, keep: set[int], **_kwargs: Any) -> None:
    """A version draws its key images from the stored objects, whatever became of them in the viewer since,
    and wherever they were given: a correction may be taken back."""
    keep.update(SignedPicture.objects.filter(instance__series__study=study).values_list("instance", flat=True))
