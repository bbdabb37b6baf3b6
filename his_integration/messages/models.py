"""Every HL7 message that came in or goes out, as bytes, with what became of it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.orders.models import Exam
from imaging.patients.models import Patient


class Direction(models.TextChoices):
    IN = "in", pgettext_lazy("message", "In")
    OUT = "out", pgettext_lazy("message", "Out")


class MessageState(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("message", "Received")
    APPLIED = "applied", pgettext_lazy("message", "Applied")
    REJECTED = "rejected", pgettext_lazy("message", "Rejected")
    QUEUED = "queued", pgettext_lazy("message", "Queued")
    SENT = "sent", pgettext_lazy("message", "Sent, not acknowledged yet")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("message", "Acknowledged")
    FAILED = "failed", pgettext_lazy("message", "Refused by the receiver")


# Rows that somebody has still to do something with.
OPEN_STATES = frozenset({MessageState.RECEIVED, MessageState.QUEUED, MessageState.SENT})


class Message(models.Model):
    """One message. `raw` and `ack_raw` are kept as received or sent, byte for byte."""

    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    sender = models.CharField(_("from"), max_length=128, help_text=_("MSH-3|MSH-4"))
    receiver = models.CharField(_("to"), max_length=128, blank=True, help_text=_("MSH-5|MSH-6"))
    control_id = models.CharField(_("control id"), max_length=199, blank=True)
    message_type = models.CharField(_("type"), max_length=32, blank=True, help_text=_("As in ORM^O01."))
    version = models.CharField(max_length=16, blank=True)
    codec = models.CharField(_("character set"), max_length=32, blank=True)
    raw = models.BinaryField()
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the message without MSH-7."))
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates")
    times_received = models.PositiveIntegerField(default=1)
    state = models.CharField(_("state"), max_length=12, choices=MessageState.choices)
    ack_code = models.CharField(_("answer"), max_length=2, blank=True)
    ack_raw = models.BinaryField(default=b"")
    error_code = models.CharField(_("error code"), max_length=8, blank=True)
    error_place = models.CharField(_("error location"), max_length=32, blank=True, help_text=_("As in OBR^1^4."))
    error_text = models.CharField(_("error"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    patient_number = models.CharField(_("patient no."), max_length=64, blank=True)
    is_protected = models.BooleanField(default=False, help_text=_("The message says that the patient is a VIP (PV1-16)."))
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    accession_number = models.CharField(_("accession no."), max_length=32, blank=True)
    destination = models.CharField(_("destination"), max_length=128, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["direction", "sender", "control_id"],
                condition=~models.Q(control_id="") & models.Q(duplicate_of=None),
                name="message_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["direction", "-id"], name="message_direction"),
            models.Index(fields=["state", "-id"], name="message_state"),
            models.Index(fields=["message_type", "-id"], name="message_type"),
            models.Index(fields=["patient_number", "-id"], name="message_patient_number"),
            models.Index(fields=["accession_number", "-id"], name="message_accession"),
            models.Index(fields=["control_id"], name="message_control_id"),
            models.Index(
                fields=["destination", "id"], condition=models.Q(direction="out", state__in=("queued", "sent")), name="message_queue"
            ),
            models.Index(fields=["next_attempt_at"], condition=models.Q(next_attempt_at__isnull=False), name="message_due"),
        ]

    def __str__(self) -> str:
        return f"{self.message_type} {self.control_id}"


class Destination(models.Model):
    """A receiver, and who is sending to it now: one sender at a time keeps the order. A killed sender's lease runs out."""

    name = models.CharField(max_length=128, primary_key=True)
    lease = models.CharField(max_length=36, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
