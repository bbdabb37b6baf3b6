"""Transfer jobs: every transfer is a durable row, with progress; Celery only works through them (promise 2). Rules make some of them."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.archive.models import Instance, Study
from imaging.common.said import retold
from imaging.dimse.models import RemoteNode
from imaging.orders.models import Exam
from imaging.patients.models import Patient

ERROR_LENGTH, ITEM_ERROR_LENGTH = 400, 200


class TransferKind(models.TextChoices):
    SEND = "send", _("Send a study")
    PREFETCH = "prefetch", _("Fetch priors ahead")
    FETCH = "fetch", _("Fetch from another archive")
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


IDLE = (TransferState.QUEUED, TransferState.RETRYING)
WAITING = (*IDLE, TransferState.ASKED)
ACTIVE = (*WAITING, TransferState.RUNNING)
ENDED = (TransferState.DONE, TransferState.FAILED, TransferState.CANCELLED)


class RuleMoment(models.TextChoices):
    SETTLED = "settled", _("when its images have come")
    SIGNED = "signed", _("when its report is signed")
    DAILY = "daily", _("every day at a time")


class YesNo(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")


class RoutingRule(models.Model):
    """Images that go to other systems by themselves. An empty condition is met by all."""

    name = models.CharField(_("name"), max_length=64)
    position = models.PositiveSmallIntegerField(_("order"), default=10, help_text=_("Rules are looked at in this order, the lowest first."))
    is_active = models.BooleanField(_("in force"), default=True)
    moment = models.CharField(_("when"), max_length=8, choices=RuleMoment.choices, default=RuleMoment.SETTLED)
    at_time = models.TimeField(_("at"), null=True, blank=True, help_text=_("For a rule that acts every day at a time."))
    conditions = models.JSONField(_("attributes"), default=list, blank=True, help_text=_("Pairs of a matching key and its value."))
    source_ae_titles = models.CharField(_("sent by"), max_length=200, blank=True, help_text=_("AE titles of senders, separated by spaces."))
    departments = models.CharField(_("departments"), max_length=128, blank=True, help_text=_("Codes, separated by spaces."))
    priorities = models.CharField(
        _("urgency"), max_length=32, blank=True, help_text=_("Of the exam: stat, urgent, routine, separated by spaces.")
    )
    is_protected = models.CharField(_("protected patient"), max_length=3, choices=YesNo.choices, blank=True)
    is_signed = models.CharField(_("report signed"), max_length=3, choices=YesNo.choices, blank=True)
    sends_whole_study = models.BooleanField(
        _("sends the whole study"), default=True, help_text=_("Else only the images that the attributes and the sender fit.")
    )
    nodes = models.ManyToManyField(RemoteNode, related_name="rules", verbose_name=_("sends to"))
    asks_commitment = models.BooleanField(_("asks for storage commitment afterwards"), default=False)
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_("1 goes before all others, 9 after them."),
    )
    days = models.CharField(_("days"), max_length=7, blank=True, help_text=_("1 is Monday, 7 is Sunday, as in 12345; empty for every day."))
    window_from = models.TimeField(
        _("only from"), null=True, blank=True, help_text=_("A night window goes over midnight, as in 20:00 to 06:00.")
    )
    window_to = models.TimeField(_("until"), null=True, blank=True)
    ran_at = models.DateTimeField(null=True, blank=True, help_text=_("When a daily rule looked last."))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True, help_text=_("It stays for what its transfers say, and can be restored."))
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Routed(models.Model):
    """How far a rule has come with one study and one node: what came later is late, what came before is not sent again."""

    rule = models.ForeignKey(RoutingRule, on_delete=models.CASCADE, related_name="routed", db_index=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, db_index=False, related_name="+")
    node = models.ForeignKey(RemoteNode, on_delete=models.CASCADE, related_name="+")
    through = models.PositiveBigIntegerField(default=0, help_text=_("Key of the last image that the rule has seen."))
    images = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["rule", "-at"], name="routed_latest")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "rule", "node"], name="routed_once")]


class StudyCopy(models.Model):
    """That a node was sent images of a study: what is left of its transfers once they are old, for who corrects the study later."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, db_index=False, related_name="+")
    node = models.ForeignKey(RemoteNode, on_delete=models.CASCADE, related_name="+")
    first_sent_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "node"], name="study_copy_once")]


class TransferJob(models.Model):
    kind = models.CharField(max_length=12, choices=TransferKind.choices)
    state = models.CharField(max_length=10, choices=TransferState.choices, default=TransferState.QUEUED)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, related_name="transfers")
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, null=True, blank=True, related_name="transfers")
    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        help_text=_("For whom a study is fetched without an exam."),
    )
    node = models.ForeignKey(RemoteNode, on_delete=models.PROTECT, null=True, blank=True, related_name="transfers")
    rule = models.ForeignKey(RoutingRule, on_delete=models.SET_NULL, null=True, blank=True, related_name="transfers")
    priority = models.PositiveSmallIntegerField(default=5)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    bytes_total = models.PositiveBigIntegerField(null=True, blank=True)
    bytes_done = models.PositiveBigIntegerField(null=True, blank=True)
    bytes_a_second = models.PositiveBigIntegerField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text=_("Until when it may wait for its node."))
    leased_until = models.DateTimeField(null=True, blank=True, help_text=_("A worker that dies loses its lease, and another goes on."))
    cancel_requested = models.BooleanField(default=False)
    error = models.CharField(max_length=ERROR_LENGTH, blank=True)
    error_values = models.JSONField(null=True, blank=True, help_text=_("What the sentence in `error` is about; empty: text as it is."))
    asked_by_ae_title = models.CharField(max_length=16, default="", blank=True, help_text=_("The system that asked by C-MOVE."))
    asked_message_id = models.PositiveIntegerField(null=True, blank=True)
    remote_study_uid = models.CharField(max_length=64, default="", db_default="", blank=True, help_text=_("The study to fetch."))
    transaction_uid = models.CharField(max_length=64, default="", blank=True, help_text=_("Of a request for commitment."))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "next_attempt_at"], name="transfer_due"),
            models.Index(
                fields=["node", "priority", "id"],
                condition=Q(state__in=["queued", "retrying", "asked", "running"]),
                name="transfer_node_due",
            ),
            models.Index(fields=["patient", "-id"], condition=Q(patient__isnull=False), name="transfer_patient"),
            models.Index(fields=["finished_at"], condition=Q(finished_at__isnull=False), name="transfer_finished"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["transaction_uid"], condition=~models.Q(transaction_uid=""), name="transfer_transaction_unique")
        ]

    @property
    def whose(self) -> Patient | None:
        """For whom something is fetched."""
        return self.exam.patient if self.exam is not None else self.patient

    @property
    def why(self) -> str:
        """Why it failed or waits, in the reader's language."""
        return retold(self.error, self.error_values)


class ItemState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("transfer item", "Waiting")
    DONE = "done", pgettext_lazy("transfer item", "Done")
    FAILED = "failed", pgettext_lazy("transfer item", "Failed")


class TransferItem(models.Model):
    job = models.ForeignKey(TransferJob, on_delete=models.CASCADE, related_name="items")
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.WAITING)
    error = models.CharField(max_length=ITEM_ERROR_LENGTH, blank=True)
    error_values = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "instance"], name="transfer_item_unique")]

    @property
    def why(self) -> str:
        """Why it was not taken, in the reader's language."""
        return retold(self.error, self.error_values)
