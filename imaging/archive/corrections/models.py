"""Corrections of what is stored: rows beside the index, never a change of a file. What a device sent stays as it came."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.archive.models import Instance, Series, Study
from imaging.patients.models import Patient


class CorrectionKind(models.TextChoices):
    SPLIT = "split", pgettext_lazy("correction", "Split off")
    MOVE = "move", pgettext_lazy("correction", "Series moved")
    MERGE = "merge", pgettext_lazy("correction", "Studies merged")
    RELINK = "relink", pgettext_lazy("correction", "Given to the right order or patient")
    REJECT = "reject", pgettext_lazy("correction", "Images rejected")


class Correction(models.Model):
    """One act of a person, or of a system that may: which series, from where to where, and how it was before.

    `overlay` holds the attributes that go out instead of those in the files (DICOM JSON), complete for every series of the correction.
    """

    uid = models.CharField(max_length=64, unique=True, help_text=_("What the new UIDs of its objects are derived from."))
    kind = models.CharField(max_length=8, choices=CorrectionKind.choices)
    source = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="corrections")
    target = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections_into")
    series: "models.ManyToManyField[Series, Any]" = models.ManyToManyField(Series, related_name="corrections_of")
    code = models.CharField(max_length=16, blank=True, help_text=_("Why images were rejected (CID 7011)."))
    reason = models.CharField(max_length=200)
    images = models.PositiveIntegerField(default=0)
    overlay = models.JSONField(default=dict)
    is_other_patient = models.BooleanField(default=False, help_text=_("What the files say of a person is not said of the new one."))
    origin_patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    before = models.JSONField(default=dict, help_text=_("How things stood, so that it can be taken back."))
    note = models.ForeignKey(Instance, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor = models.CharField(max_length=128)
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_note = models.ForeignKey(Instance, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]


class ReceivedSeries(models.Model):
    """What a series that now goes by another UID was sent as: images that keep coming find it by this."""

    series = models.OneToOneField(Series, on_delete=models.CASCADE, primary_key=True, related_name="received")
    series_instance_uid = models.CharField(max_length=64, unique=True)
    study_instance_uid = models.CharField(max_length=64, db_index=True)
    study_date = models.DateField(null=True, blank=True)
    study_time = models.TimeField(null=True, blank=True)
    patient_id = models.CharField(max_length=64, blank=True)
    patient_name = models.CharField(max_length=194, blank=True)


class ReceivedName(models.Model):
    """The SOP Instance UID that an object came with, when it goes by another one now."""

    instance = models.OneToOneField(Instance, on_delete=models.CASCADE, primary_key=True, related_name="received")
    sop_instance_uid = models.CharField(max_length=64, unique=True)
