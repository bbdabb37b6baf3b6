"""Rooms and their stations, opening hours, booked steps (worklist) and performed steps (MPPS)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.orders.models import Department, Exam


class Room(models.Model):
    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=64)
    name_zh = models.CharField(_("Chinese name"), max_length=64, blank=True)
    place = models.CharField(_("place"), max_length=64, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="rooms")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Station(models.Model):
    """A device that performs exams; a scanner asks for its worklist by this AE title."""

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="stations")
    ae_title = models.CharField(_("AE title"), max_length=16, unique=True)
    name = models.CharField(_("station name"), max_length=16)
    modality = models.CharField(_("modality"), max_length=16, db_index=True)
    character_set = models.CharField(_("character set"), max_length=32, default="ISO_IR 192")
    sends_alphabetic = models.BooleanField(_("alphabetic name"), default=True)
    sends_ideographic = models.BooleanField(_("name in characters"), default=True)
    sends_phonetic = models.BooleanField(_("phonetic name"), default=True)
    is_latin_only = models.BooleanField(
        _("Latin letters only"), default=False, help_text=_("Chinese becomes pinyin, in names and in every other text.")
    )
    is_upper_case = models.BooleanField(_("names in capitals"), default=False)
    name_length = models.PositiveSmallIntegerField(
        _("longest name"), default=64, help_text=_("Characters in each group of a name; the scanner cuts or refuses what is longer.")
    )
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.ae_title


class OpeningHours(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(help_text=_("0 is Monday."))
    opens_time = models.TimeField()
    closes_time = models.TimeField()


class Closure(models.Model):
    """A time in which a room takes nobody: lunch, service, teaching."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="closures")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["room", "starts_at"], name="closure_room_starts")]


class RoomAssignment(models.Model):
    """The rooms whose list a technologist sees first."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="room_assignments")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="assignments")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "room"], name="room_assignment_unique")]


class StepStatus(models.TextChoices):
    """(0040,0020) Scheduled Procedure Step Status."""

    SCHEDULED = "SCHEDULED", pgettext_lazy("step", "Scheduled")
    ARRIVED = "ARRIVED", pgettext_lazy("step", "Arrived")
    STARTED = "STARTED", pgettext_lazy("step", "Started")
    COMPLETED = "COMPLETED", pgettext_lazy("step", "Completed")
    DISCONTINUED = "DISCONTINUED", pgettext_lazy("step", "Discontinued")
    CANCELLED = "CANCELLED", pgettext_lazy("step", "Cancelled")


ON_WORKLIST = frozenset({StepStatus.SCHEDULED, StepStatus.ARRIVED, StepStatus.STARTED})
TAKES_ROOM = frozenset({StepStatus.SCHEDULED, StepStatus.ARRIVED, StepStatus.STARTED, StepStatus.COMPLETED})


class ScheduledStep(models.Model):
    """A booked piece of work in one room at one time: what the worklist shows (PS3.4 Annex K)."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="steps")
    scheduled_procedure_step_id = models.CharField(max_length=16, unique=True)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="steps")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="steps")
    station_ae_title = models.CharField(max_length=16, blank=True, help_text=_("Indexed copy; a scanner asks by it."))
    modality = models.CharField(max_length=16)
    description = models.CharField(max_length=64, blank=True)
    protocol_code = models.CharField(max_length=32, blank=True)
    status = models.CharField(max_length=16, choices=StepStatus.choices, default=StepStatus.SCHEDULED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_overbooked = models.BooleanField(default=False, help_text=_("Placed over another booking on purpose (STAT)."))
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["station_ae_title", "starts_at"], name="step_station_starts"),
            models.Index(fields=["modality", "starts_at"], name="step_modality_starts"),
            models.Index(fields=["room", "starts_at"], name="step_room_starts"),
            models.Index(fields=["status", "starts_at"], name="step_status_starts"),
        ]


class SlotHold(models.Model):
    """A slot that a desk keeps for a few minutes while the form is filled in."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="holds")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)


class PerformedStatus(models.TextChoices):
    """(0040,0252) Performed Procedure Step Status."""

    IN_PROGRESS = "IN PROGRESS", pgettext_lazy("performed step", "In progress")
    COMPLETED = "COMPLETED", pgettext_lazy("performed step", "Completed")
    DISCONTINUED = "DISCONTINUED", pgettext_lazy("performed step", "Discontinued")


class PerformedStep(models.Model):
    """What a device says that it does (MPPS, PS3.4 Annex F)."""

    sop_instance_uid = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=16, choices=PerformedStatus.choices)
    station_ae_title = models.CharField(max_length=16, blank=True)
    modality = models.CharField(max_length=16, blank=True)
    scheduled_steps = models.ManyToManyField(ScheduledStep, related_name="performed_steps")
    study_instance_uid = models.CharField(max_length=64, blank=True, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    discontinuation_reason = models.CharField(max_length=200, blank=True)
    image_uids = models.JSONField(default=list, help_text=_("SOP Instance UIDs that the device says it made."))
    announced_series = models.JSONField(
        null=True, blank=True, help_text=_("What it says by series: uid, description and number of images; none for a step of before.")
    )
    dataset = models.JSONField(default=dict, help_text=_("All attributes as last set (DICOM JSON model)."))
    created_at = models.DateTimeField(auto_now_add=True)


class UsedItemKind(models.TextChoices):
    CONTRAST = "contrast", _("Contrast medium")
    MATERIAL = "material", _("Material")
    MEDICATION = "medication", _("Medication")


class UsedItem(models.Model):
    """Contrast and consumables used in an exam; charged with it."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="used_items")
    kind = models.CharField(max_length=12, choices=UsedItemKind.choices)
    name = models.CharField(max_length=64)
    quantity = models.DecimalField(max_digits=8, decimal_places=2)
    unit = models.CharField(max_length=16)
    unit_price = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    lot = models.CharField(max_length=32, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
