"""What readers measure on planes that are cut through volumes."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imaging.archive.models import Instance, Study


class PlaneMark(models.Model):
    """A measurement in the patient, kept as it was made. It lies on no picture; `instance` is the one nearest to it, of the series cut."""

    uid = models.UUIDField(unique=True, help_text=_("Given by the viewer that made it."))
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="plane_marks")
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="plane_marks")
    frame = models.PositiveIntegerField(default=1)
    frame_of_reference_uid = models.CharField(max_length=64, blank=True)
    tool = models.CharField(max_length=32)
    places = models.JSONField(default=list, help_text=_("[[x, y, z], ...] in millimetres of the frame of reference."))
    values = models.JSONField(default=dict, help_text=_("What was measured, with units."))
    readings = models.JSONField(default=list, help_text=_("What was read from each series that was shown, with its unit."))
    view = models.JSONField(default=dict, help_text=_("How the plane lay: its normal, what was up, and its slab."))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="plane_marks")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now)
    revision = models.PositiveBigIntegerField(default=0, help_text=_("Of its changes the one with the highest number counts."))
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["study", "id"], name="plane_mark_study")]
