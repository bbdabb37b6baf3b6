"""A report, its unchangeable versions, and copies of drafts that must not be lost."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.archive.models import Instance
from imaging.orders.models import Exam
from reporting.templates_library.models import ReportLanguage, ReportTemplate


class ReportState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("report state", "Draft")
    PRELIMINARY = "preliminary", pgettext_lazy("report state", "Preliminary")
    FINAL = "final", pgettext_lazy("report state", "Final")
    ADDENDED = "addended", pgettext_lazy("report state", "Addended")


SIGNED = frozenset({ReportState.FINAL, ReportState.ADDENDED})


class Report(models.Model):
    """The report of one exam: the text being written, who writes it, and how far it is. What counts is in its versions.

    `draft_sections` is a list of {"key", "title", "text", "required"}; `draft_revision` grows with each save, so that nobody
    overwrites what they have not seen. `locked_by` is the one person who may write now. After signing, the draft is the
    addendum or correction being written, and is empty otherwise.
    """

    exam = models.OneToOneField(Exam, on_delete=models.PROTECT, related_name="report")
    state = models.CharField(_("state"), max_length=12, choices=ReportState.choices, default=ReportState.DRAFT)
    language = models.CharField(_("language"), max_length=10, choices=ReportLanguage.choices, default=ReportLanguage.ENGLISH)
    template = models.ForeignKey(ReportTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    draft_sections = models.JSONField(default=list)
    draft_revision = models.PositiveIntegerField(default=0)
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    draft_saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    locked_at = models.DateTimeField(null=True, blank=True)
    sent_back_reason = models.CharField(_("why it was sent back"), max_length=500, blank=True)
    last_hash = models.CharField(max_length=64, blank=True, help_text=_("Hash of the newest version."))
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["author", "state"], name="report_author_state")]

    @property
    def is_signed(self) -> bool:
        return self.state in SIGNED


class VersionKind(models.TextChoices):
    PRELIMINARY = "preliminary", pgettext_lazy("report version", "Preliminary")
    FINAL = "final", pgettext_lazy("report version", "Final")
    ADDENDUM = "addendum", pgettext_lazy("report version", "Addendum")
    CORRECTED = "corrected", pgettext_lazy("report version", "Corrected")


class ReportVersion(models.Model):
    """One version as it left its author's hands: complete in itself, and append-only in the database (promise 5).

    `sections` is a list of {"key", "title", "text"}, addenda with "by" and "at" too; `about` is the patient, exam and
    procedure as they were known then; `row_hash` covers all of it and the hash of the version before.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=12, choices=VersionKind.choices)
    language = models.CharField(_("language"), max_length=10, choices=ReportLanguage.choices)
    sections = models.JSONField()
    key_images = models.JSONField(default=list)
    about = models.JSONField()
    reason = models.CharField(_("reason for the change"), max_length=500, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=256)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="signed_versions")
    signer_name = models.CharField(max_length=256, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64)
    row_hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "number"], name="report_version_unique")]

    @property
    def check_code(self) -> str:
        """What is printed: enough of the hash to compare by eye, in groups of four."""
        code = self.row_hash[:16].upper()
        return " ".join(code[at : at + 4] for at in range(0, 16, 4))

    @property
    def is_preliminary(self) -> bool:
        return self.kind == VersionKind.PRELIMINARY


class SignedPicture(models.Model):
    """The stored object of a key image that went out with a version, wherever its series is given since: it may not be deleted."""

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="pictures")
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "instance"], name="signed_picture_once")]


class CopyReason(models.TextChoices):
    CONFLICT = "conflict", _("Somebody else had saved")
    TAKEN_OVER = "taken-over", _("Taken over")
    TEMPLATE = "template", _("Another template was chosen")


class DraftCopy(models.Model):
    """Text that a draft does not hold any more, or never could: nothing that somebody typed is lost."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="draft_copies")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=CopyReason.choices)
    based_on_revision = models.PositiveIntegerField()
    sections = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]


class HandOverOutcome(models.TextChoices):
    OPEN = "", pgettext_lazy("hand-over", "Waits for an answer")
    TAKEN = "taken", pgettext_lazy("hand-over", "Taken")
    REFUSED = "refused", pgettext_lazy("hand-over", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("hand-over", "Withdrawn")
    LAPSED = "lapsed", pgettext_lazy("hand-over", "Overtaken by what came after")


class HandOver(models.Model):
    """A report that its holder offers to a colleague by name. Until it is taken the holder stays responsible. It stands for the one time
    that they held it then (`held_since` is its `locked_at`): signed, given back or taken over, there is nothing left to take."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="hand_overs")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="offered_reports")
    held_since = models.DateTimeField()
    word = models.CharField(_("word"), max_length=200, blank=True)
    offered_at = models.DateTimeField()
    outcome = models.CharField(_("outcome"), max_length=9, choices=HandOverOutcome.choices, blank=True, default=HandOverOutcome.OPEN)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    is_answer_seen = models.BooleanField(default=False, help_text=_("Whether the giver has put a refusal away."))

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["report"], condition=models.Q(outcome=""), name="hand_over_open")]
        indexes: ClassVar = [
            models.Index(fields=["taker"], condition=models.Q(outcome=""), name="hand_over_waiting"),
            models.Index(fields=["giver"], condition=models.Q(outcome="refused", is_answer_seen=False), name="hand_over_refused"),
        ]
