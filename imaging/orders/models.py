"""The procedure catalogue, orders, exams (requested procedures) and what happened to each."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.common.pinyin import search_words
from imaging.orders.states import ExamState
from imaging.patients.models import Patient, PatientClass, Visit


class Department(models.Model):
    """A section of the imaging department: where exams are done and revenue is counted."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.code


class Procedure(models.Model):
    """An entry of the procedure catalogue: what can be ordered (OBR-4)."""

    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=128)
    name_zh = models.CharField(_("Chinese name"), max_length=128, blank=True)
    search_words = models.CharField(max_length=512, blank=True, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="procedures")
    modality = models.CharField(_("modality"), max_length=16, db_index=True)
    body_part = models.CharField(_("body part"), max_length=16, blank=True, help_text=_("(0018,0015), as in CHEST."))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=15)
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    preparation = models.TextField(_("preparation"), blank=True)
    preparation_zh = models.TextField(_("preparation in Chinese"), blank=True)
    uses_contrast = models.BooleanField(_("uses contrast"), default=False)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_words = search_words(self.code, self.name, self.name_zh)[:512]
        super().save(*args, **kwargs)


class Priority(models.TextChoices):
    STAT = "stat", pgettext_lazy("priority", "STAT")
    URGENT = "urgent", pgettext_lazy("priority", "Urgent")
    ROUTINE = "routine", pgettext_lazy("priority", "Routine")


class OrderSource(models.TextChoices):
    DESK = "desk", _("Front desk")
    HL7 = "hl7", _("HIS")
    API = "api", _("Program")


class Order(models.Model):
    """What a clinician asks for; one order may hold several exams (IHE: imaging service request)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="orders")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="orders")
    placer_number = models.CharField(_("placer order no."), max_length=64, blank=True)
    placer_issuer = models.CharField(max_length=64, blank=True)
    filler_number = models.CharField(_("order no."), max_length=64, unique=True)
    patient_class = models.CharField(_("patient type"), max_length=1, choices=PatientClass.choices, default=PatientClass.OUTPATIENT)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority.choices, default=Priority.ROUTINE)
    referrer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="referred_orders")
    referrer_name = models.CharField(_("referred by"), max_length=128, blank=True)
    referrer_code = models.CharField(max_length=32, blank=True)
    referring_department = models.CharField(_("from"), max_length=64, blank=True)
    reason = models.TextField(_("reason for exam"), blank=True)
    safety = models.JSONField(_("safety questions"), default=dict, blank=True)
    source = models.CharField(max_length=4, choices=OrderSource.choices, default=OrderSource.DESK)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField(_("wanted for"), null=True, blank=True)
    ordered_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["placer_number", "placer_issuer"], condition=~models.Q(placer_number=""), name="placer_order_unique"
            )
        ]


class Exam(models.Model):
    """One requested procedure: what is booked, performed, read and billed. It has one accession number and one Study Instance UID."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="exams")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="exams")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="exams")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="exams")
    modality = models.CharField(max_length=16)
    accession_number = models.CharField(_("accession no."), max_length=16, unique=True)
    study_instance_uid = models.CharField(max_length=64, db_index=True)
    requested_procedure_id = models.CharField(max_length=16)
    placer_number = models.CharField(max_length=64, blank=True, help_text=_("ORC-2 of this exam, when an order message holds several."))
    state = models.CharField(_("state"), max_length=16, choices=ExamState.choices, default=ExamState.ORDERED)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority.choices, default=Priority.ROUTINE)
    queue_number = models.CharField(_("queue no."), max_length=16, blank=True)
    performer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="performed_exams")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="read_exams")
    reason_ended = models.CharField(_("why it ended"), max_length=200, blank=True)
    requested_at = models.DateTimeField(_("wanted for"), null=True, blank=True)
    ordered_at = models.DateTimeField()
    scheduled_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    reading_at = models.DateTimeField(null=True, blank=True)
    preliminary_at = models.DateTimeField(null=True, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "completed_at"], name="exam_state_completed"),
            models.Index(fields=["patient", "-ordered_at"], name="exam_patient_ordered"),
            models.Index(fields=["-ordered_at", "-id"], name="exam_ordered"),
            models.Index(fields=["state", "-id"], name="exam_state_id"),
            models.Index(fields=["modality", "-id"], name="exam_modality_id"),
            models.Index(fields=["completed_at"], name="exam_completed"),
            models.Index(fields=["placer_number"], condition=~models.Q(placer_number=""), name="exam_placer"),
            models.Index(fields=["final_at"], name="exam_final"),
        ]

    def __str__(self) -> str:
        return self.accession_number


class EventCategory(models.TextChoices):
    PEOPLE = "people", _("People")
    DEVICE = "device", _("Devices")
    MESSAGE = "message", _("Messages")
    PROBLEM = "problem", _("Problems")


class ExamEvent(models.Model):
    """One line of an exam's time-line. Lines are only ever added."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    category = models.CharField(max_length=8, choices=EventCategory.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.CharField(max_length=128)
    params = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["exam", "at"], name="exam_event_at")]
        ordering: ClassVar = ["at", "id"]
