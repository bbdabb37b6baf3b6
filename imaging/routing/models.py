"""Transfer jobs: every transfer is a durable row, with progress; Celery only works through them (promise 2)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.archive.models import Instance, Study
from imaging.dimse.models import RemoteNode
from imaging.orders.models import Exam


class TransferKind(models.TextChoices):
    SEND = "send", _("Send a study")
    PREFETCH = "prefetch", _("Fetch priors ahead")
    THUMBNAILS = "thumbnails", _("Prepare thumbnails")
    MOVE = "move", _("Move for another system")
    COMMIT = "commit", _("Ask for storage commitment")
    NOTICE = "notice", _("Tell that images are there")


class TransferState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("transfer", "Waiting")
    RUNNING = "running", pgettext_lazy("transfer", "Running")
    RETRYING = "retrying", pgettext_lazy("transfer", "Tries again")
    ASKED = "asked", pgettext_lazy("transfer", "Waits for the answer")
    DONE = "done", pgettext_lazy("transfer", "Done")
    FAILED = "failed", pgettext_lazy("transfer", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("transfer", "Cancelled")


class TransferJob(models.Model):
    kind = models.CharField(max_length=12, choices=TransferKind.choices)
    state = models.CharField(max_length=10, choices=TransferState.choices, default=TransferState.QUEUED)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, related_name="transfers")
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, null=True, blank=True, related_name="transfers")
    node = models.ForeignKey(RemoteNode, on_delete=models.PROTECT, null=True, blank=True, related_name="transfers")
    priority = models.PositiveSmallIntegerField(default=5)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, help_text=_("A worker that dies loses its lease, and another goes on."))
    cancel_requested = models.BooleanField(default=False)
    error = models.CharField(max_length=400, blank=True)
    asked_by_ae_title = models.CharField(max_length=16, default="", blank=True, help_text=_("The system that asked by C-MOVE."))
    asked_message_id = models.PositiveIntegerField(null=True, blank=True)
    transaction_uid = models.CharField(max_length=64, default="", blank=True, help_text=_("Of a request for commitment."))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "next_attempt_at"], name="transfer_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["transaction_uid"], condition=~models.Q(transaction_uid=""), name="transfer_transaction_unique")
        ]


class ItemState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("transfer item", "Waiting")
    DONE = "done", pgettext_lazy("transfer item", "Done")
    FAILED = "failed", pgettext_lazy("transfer item", "Failed")


class TransferItem(models.Model):
    job = models.ForeignKey(TransferJob, on_delete=models.CASCADE, related_name="items")
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.WAITING)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "instance"], name="transfer_item_unique")]
