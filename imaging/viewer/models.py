"""What readers keep while reading: key images and measurements."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imaging.archive.models import Instance, Study


class KeyImage(models.Model):
    """A frame worth showing, as it was seen: window, turn, flip and part. The picture is always drawn anew from the stored object."""

    uid = models.UUIDField(unique=True, null=True, blank=True, help_text=_("Given by the viewer that made its picture of a volume."))
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="key_images")
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="key_images")
    frame = models.PositiveIntegerField(default=1)
    window_centre = models.FloatField(null=True, blank=True)
    window_width = models.FloatField(null=True, blank=True)
    inverted = models.BooleanField(default=False)
    rotation = models.PositiveSmallIntegerField(default=0)
    flipped = models.BooleanField(default=False)
    area = models.JSONField(
        null=True, blank=True, help_text=_("What was on the screen: left, top, width, height in pixels of the frame; all of it when empty.")
    )
    caption = models.CharField(_("caption"), max_length=200, blank=True)
    in_report = models.BooleanField(_("in the report"), default=True)
    position = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="key_images")
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["study", "position", "id"], name="key_image_study")]


class Annotation(models.Model):
    """A measurement or mark on one frame, kept as it was made. `points` are in pixels of the frame, so that any program can draw it."""

    uid = models.UUIDField(unique=True, help_text=_("Given by the viewer that made it."))
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="annotations")
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="annotations")
    frame = models.PositiveIntegerField(default=1)
    tool = models.CharField(max_length=32)
    points = models.JSONField(default=list, help_text=_("[[column, row], ...]"))
    values = models.JSONField(default=dict, help_text=_("What was measured, with units."))
    data = models.JSONField(default=dict, help_text=_("The viewer's own handles."))
    view = models.JSONField(default=dict)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="annotations")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now)
    revision = models.PositiveBigIntegerField(default=0, help_text=_("Of its changes the one with the highest number counts."))
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["study", "id"], name="annotation_study")]


class SavedKind(models.TextChoices):
    PRESENTATION = "presentation", _("Presentation state")
    KEYS = "keys", _("Key images")
    MEASUREMENTS = "measurements", _("Measurements")


class SavedObject(models.Model):
    """A DICOM object that was written of what readers kept. Saving again writes new ones, of the next version: none is ever changed."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="saved_objects")
    instance = models.OneToOneField(Instance, on_delete=models.PROTECT, related_name="saved")
    kind = models.CharField(max_length=16, choices=SavedKind.choices)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text=_("Of what was saved: the same is not saved twice."))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["study", "version"], name="saved_object_study")]


class ReadingLayout(models.Model):
    """How one person left the images of a study on one of their screens. Gone when the exam is signed, or after some days."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reading_layouts")
    screen = models.PositiveSmallIntegerField(default=1)
    arrangement = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "study", "screen"], name="reading_layout_once")]
        indexes: ClassVar = [models.Index(fields=["person", "changed_at"], name="reading_layout_age")]
