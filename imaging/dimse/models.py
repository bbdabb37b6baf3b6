"""Remote nodes: who may talk to us, and for what. DICOM processes: who talks to us now."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from pydicom.datadict import keyword_for_tag

from imaging.archive.intake.values import text_of
from imaging.common.said import retold

PATIENT_GROUP, HIDDEN = "0010", "•••"


class RemoteNode(models.Model):
    ae_title = models.CharField(_("AE title"), max_length=16, unique=True)
    host = models.CharField(_("host"), max_length=64, help_text=_("Name or address; a peer is known by address and AE title."))
    port = models.PositiveIntegerField(_("port"), default=104)
    description = models.CharField(_("description"), max_length=64, blank=True)
    may_store = models.BooleanField(_("store"), default=False)
    may_find = models.BooleanField(_("find"), default=False)
    may_retrieve = models.BooleanField(_("retrieve"), default=False)
    may_worklist = models.BooleanField(_("worklist"), default=False)
    may_mpps = models.BooleanField(_("MPPS"), default=False)
    may_commit = models.BooleanField(_("commitment"), default=False)
    may_reject = models.BooleanField(
        _("reject images"), default=False, help_text=_("Its rejection notes (IHE IOCM) are carried out at once; others wait for a person.")
    )
    may_see_protected = models.BooleanField(
        _("sees protected patients"),
        default=False,
        help_text=_("A system is no person on an access list: it finds and gets nothing of theirs."),
    )
    holds_priors = models.BooleanField(_("asked for earlier studies"), default=False)
    is_destination = models.BooleanField(_("receives studies"), default=False)
    is_asked_for_commitment = models.BooleanField(
        _("asked for storage commitment"), default=False, help_text=_("After a study was sent there, it is asked whether it keeps it.")
    )
    is_told_of_images = models.BooleanField(
        _("told when images are there"), default=False, help_text=_("By Instance Availability Notification, once a study has settled.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    uses_tls = models.BooleanField(
        _("TLS only"), default=False, db_default=False, help_text=_("Is called over TLS, and is let in only over TLS.")
    )
    max_associations = models.PositiveSmallIntegerField(
        _("associations at once"),
        default=8,
        db_default=8,
        validators=[MinValueValidator(1), MaxValueValidator(64)],
        help_text=_("What it opens beyond that is refused."),
    )
    max_transfers = models.PositiveSmallIntegerField(
        _("transfers at once"),
        default=2,
        db_default=2,
        validators=[MinValueValidator(1), MaxValueValidator(32)],
        help_text=_("Associations that we open to it at the same time; the other transfers wait."),
    )
    max_mbit = models.PositiveIntegerField(
        _("Mbit/s at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text=_("For everything that is sent there, by all workers together; empty for no limit."),
    )
    max_mbit_from = models.TimeField(_("limited from"), null=True, blank=True, help_text=_("Empty: at all times."))
    max_mbit_to = models.TimeField(_("limited until"), null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    last_echo_at = models.DateTimeField(null=True, blank=True)
    last_echo_ms = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: the last echo was not answered.")
    last_echo_error = models.CharField(max_length=200, blank=True, default="", db_default="")
    last_echo_values = models.JSONField(null=True, blank=True)

    def __str__(self) -> str:
        return self.ae_title

    @property
    def last_echo_why(self) -> str:
        """Why the last echo was not answered, in the reader's language; empty where it was."""
        return retold(self.last_echo_error, self.last_echo_values)


class NodeLine(models.Model):
    """How it stands with a node now: whether it answers, and how far its line is taken. All workers share it."""

    node = models.OneToOneField(RemoteNode, on_delete=models.CASCADE, primary_key=True, related_name="line")
    away_since = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    error_values = models.JSONField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True, help_text=_("When a transfer of it was taken last: nodes take turns."))
    taken_until = models.DateTimeField(null=True, blank=True, help_text=_("Until when what is sent already fills its bandwidth."))

    @property
    def why(self) -> str:
        """Why it did not answer, in the reader's language."""
        return retold(self.error, self.error_values)


class DicomProcess(models.Model):
    """A DICOM process as it described itself last; a row that has expired is of a process that is gone."""

    name = models.CharField(max_length=80, unique=True, help_text="Host and process number.")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    associations = models.JSONField(default=list, help_text="One object for each association; see dimse.live.")
    turned_away = models.JSONField(default=dict, help_text="Connections by why they got no place, since it started.")
    to_abort = models.JSONField(default=list, help_text="Numbers of associations that somebody wants ended.")

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class WorklistQuery(models.Model):
    """What a scanner asked of its worklist and was shown. The same question with the same answer is one row, however often it is asked."""

    ae_title = models.CharField(max_length=16)
    address = models.CharField(max_length=64, blank=True)
    query = models.JSONField(help_text=_("The keys as asked (DICOM JSON model)."))
    digest = models.CharField(max_length=64, help_text=_("Of the question and its answer."))
    shown = models.JSONField(default=list, help_text=_("Scheduled Procedure Step IDs in the order of the answer."))
    found = models.PositiveIntegerField(default=0)
    status = models.PositiveIntegerField(default=0)
    first_asked_at = models.DateTimeField()
    last_asked_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["ae_title", "-last_asked_at"], name="worklist_query_latest"),
            models.Index(fields=["ae_title", "digest"], name="worklist_query_same"),
        ]

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The keys that hold a value, by keyword, those of the scheduled step among them. Whom it asked for is not told: the page that
        shows this opens no patient."""
        return list(_asked(self.query))


def _asked(query: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for tag, element in sorted(query.items()):
        if element.get("vr") == "SQ":
            for item in element.get("Value", []):
                yield from _asked(item)
        elif text := text_of(query, tag, 300):
            yield keyword_for_tag(int(tag, 16)) or f"({tag[:4]},{tag[4:]})", HIDDEN if tag.startswith(PATIENT_GROUP) else text
