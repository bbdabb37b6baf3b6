"""The life of images after they came: tiers, compression, retention, holds, deletion, and the checks that nothing is lost."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.archive.models import Instance, Study
from imaging.orders.models import Exam
from imaging.patients.models import Patient


class LooseFile(models.Model):
    """A file that the index may not know: a copy being made, or an old one that readers may still hold. Whatever happens to a worker,
    `loose.sweep` finds it here and removes it once its time has come, unless an instance points to it."""

    tier = models.CharField(max_length=16)
    path = models.CharField(max_length=128)
    sha256 = models.CharField(max_length=64, blank=True)
    remove_after = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tier", "path"], name="loose_file_unique")]


class Duty(models.Model):
    """Something that one worker at a time does in turns: who has it, and how far it has come."""

    name = models.CharField(max_length=32, primary_key=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    cursor = models.CharField(max_length=128, blank=True)
    figures = models.JSONField(default=dict)
    ran_at = models.DateTimeField(null=True, blank=True)
    round_began_at = models.DateTimeField(null=True, blank=True)
    round_ended_at = models.DateTimeField(null=True, blank=True)


class RuleKind(models.TextChoices):
    MOVE = "move", _("Move to another tier")
    COMPRESS = "compress", _("Compress")
    DELETE = "delete", _("Propose for deletion")


class StorageRule(models.Model):
    """What happens to studies by themselves. An empty condition is met by every study."""

    kind = models.CharField(_("what it does"), max_length=8, choices=RuleKind.choices)
    name = models.CharField(_("name"), max_length=64)
    is_active = models.BooleanField(_("in force"), default=True)
    modalities = models.CharField(
        _("modalities"), max_length=128, blank=True, help_text=_("Separated by spaces, as in CT MR; empty for all.")
    )
    patient_classes = models.CharField(
        _("patient classes"), max_length=32, blank=True, help_text=_("Of the order, separated by spaces, as in I O E; empty for all.")
    )
    min_size_mb = models.PositiveIntegerField(_("at least so many MB"), null=True, blank=True)
    age_days = models.PositiveIntegerField(_("days since the study"), null=True, blank=True)
    unviewed_days = models.PositiveIntegerField(_("days since anybody looked"), null=True, blank=True)
    tier_from = models.CharField(_("from tier"), max_length=16, blank=True)
    tier_to = models.CharField(_("to tier"), max_length=16, blank=True)
    fuller_than_percent = models.PositiveSmallIntegerField(
        _("only while the tier is fuller than (%)"), null=True, blank=True, help_text=_("Of the tier that the images leave.")
    )
    keep_years = models.PositiveSmallIntegerField(_("years kept"), null=True, blank=True, validators=[MinValueValidator(1)])
    child_keep_until_age = models.PositiveSmallIntegerField(
        _("for children at least until the age of"), null=True, blank=True, help_text=_("For who was under 18 at the time of the study.")
    )
    begins_at = models.TimeField(_("works from"), null=True, blank=True, help_text=_("As in 22:00; empty for the usual hours."))
    ends_at = models.TimeField(_("until"), null=True, blank=True, help_text=_("As in 06:00; what is not done goes on the next night."))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class TaskKind(models.TextChoices):
    MOVE = "move", pgettext_lazy("storage task", "Move")
    COMPRESS = "compress", pgettext_lazy("storage task", "Compress")


class TaskState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("storage task", "Waiting")
    RUNNING = "running", pgettext_lazy("storage task", "Running")
    RETRYING = "retrying", pgettext_lazy("storage task", "Tries again")
    DONE = "done", pgettext_lazy("storage task", "Done")
    FAILED = "failed", pgettext_lazy("storage task", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("storage task", "Stopped")


OPEN_TASKS = (TaskState.QUEUED, TaskState.RUNNING, TaskState.RETRYING)


class StudyTask(models.Model):
    """Work on the files of one study. How far it has come is told by the instances themselves; a killed worker loses nothing."""

    kind = models.CharField(max_length=8, choices=TaskKind.choices)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="storage_tasks")
    tier_to = models.CharField(max_length=16, blank=True)
    rule = models.ForeignKey(StorageRule, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    priority = models.PositiveSmallIntegerField(default=5)
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    cursor = models.PositiveBigIntegerField(default=0, help_text=_("Key of the last object that was looked at."))
    left_alone = models.PositiveIntegerField(default=0, help_text=_("Objects that stay as they are, for a reason of their own."))
    bytes_before = models.PositiveBigIntegerField(default=0)
    bytes_after = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["priority", "id"], condition=Q(state__in=["queued", "running", "retrying"]), name="storage_task_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "kind"], condition=Q(state__in=["queued", "running", "retrying"]), name="storage_task_open_once"
            )
        ]


class Compressed(models.Model):
    """What an object was before its pixels were compressed, for figures and for who asks what was received."""

    instance = models.OneToOneField(Instance, on_delete=models.CASCADE, primary_key=True, related_name="compressed")
    transfer_syntax_uid = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    compressed_at = models.DateTimeField(auto_now_add=True)


class LegalHold(models.Model):
    """Images that nobody may delete, whatever a rule or a person says. On a patient, a study or an exam."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="legal_holds")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, blank=True, related_name="legal_holds")
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, null=True, blank=True, related_name="legal_holds")
    reason = models.CharField(_("reason"), max_length=200)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True, db_index=True)
    release_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(patient__isnull=False, study=None, exam=None)
                | Q(patient=None, study__isnull=False, exam=None)
                | Q(patient=None, study=None, exam__isnull=False),
                name="legal_hold_on_one_thing",
            )
        ]


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("deletion", "Waits for approval")
    APPROVED = "approved", pgettext_lazy("deletion", "Approved, waits")
    WITHDRAWN = "withdrawn", pgettext_lazy("deletion", "Withdrawn")
    DONE = "done", pgettext_lazy("deletion", "Carried out")


class DeletionProposal(models.Model):
    """A list of studies to be deleted: proposed by a rule or a person, approved by another one, carried out after a time of grace."""

    rule = models.ForeignKey(StorageRule, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    rule_name = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.PROPOSED, db_index=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text=_("Of a rule, whoever set it up.")
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)


class ItemState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("deletion item", "Proposed")
    DELETED = "deleted", pgettext_lazy("deletion item", "Deleted")
    KEPT = "kept", pgettext_lazy("deletion item", "Kept")


class DeletionItem(models.Model):
    """One study of a proposal. Once deleted it is what remains of the images: how many there were, why they went, and who said so."""

    proposal = models.ForeignKey(DeletionProposal, on_delete=models.PROTECT, related_name="items")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="deletion_items")
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.WAITING)
    reason = models.CharField(max_length=400)
    instance_count = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    kept_count = models.PositiveIntegerField(default=0, help_text=_("Images that stayed because a report shows them."))
    note = models.CharField(max_length=400, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["study"], condition=Q(state="waiting"), name="deletion_item_open_once")]


class FindingKind(models.TextChoices):
    MISSING = "missing", _("The file is gone")
    DAMAGED = "damaged", _("The file has changed")
    ORPHAN = "orphan", _("A file that the index does not know")


class Outcome(models.TextChoices):
    REPAIRED = "repaired", _("Put right from another copy")
    WHOLE = "whole", _("Looked at again: in order")
    TAKEN_IN = "taken_in", _("Taken into the archive")
    REMOVED = "removed", _("Removed")


class StorageFinding(models.Model):
    """Something that a check found and somebody must see to."""

    kind = models.CharField(max_length=8, choices=FindingKind.choices)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, null=True, blank=True, related_name="findings")
    tier = models.CharField(max_length=16)
    path = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    found_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-found_at"], condition=Q(resolved_at=None), name="storage_finding_open")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tier", "path"], condition=Q(resolved_at=None), name="storage_finding_once")
        ]


class StaleDay(models.Model):
    """A day whose studies were moved, compressed or deleted since it was counted."""

    day = models.DateField(primary_key=True)


class StorageDay(models.Model):
    """What the studies that first came on a day hold now, counted; sums over days are what pages show."""

    day = models.DateField()
    modality = models.CharField(max_length=16)
    tier = models.CharField(max_length=16)
    studies = models.PositiveIntegerField()
    instances = models.PositiveBigIntegerField()
    size_bytes = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "modality", "tier"], name="storage_day_unique")]
