"""The index of the archive: studies, series, instances, the human queue, and storage commitment."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from imaging.orders.models import Exam
from imaging.patients.models import Patient


class MatchState(models.TextChoices):
    MATCHED = "matched", _("Matched")
    PATIENT = "patient", _("Earlier study of a known patient")
    APART = "apart", _("Kept apart on purpose")
    UNMATCHED = "unmatched", _("Without an exam")


class Study(models.Model):
    """A study as received. `matched_patient` and `exam` are what it was matched to; the other attributes are the sender's."""

    study_instance_uid = models.CharField(max_length=64, unique=True)
    matched_patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="studies")
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, null=True, blank=True, related_name="studies")
    match_state = models.CharField(max_length=10, choices=MatchState.choices, default=MatchState.UNMATCHED, db_index=True)
    patient_id = models.CharField(max_length=64, blank=True, db_index=True)
    issuer_of_patient_id = models.CharField(max_length=64, blank=True)
    patient_name = models.CharField(max_length=194, blank=True)
    patient_birth_date = models.DateField(null=True, blank=True)
    patient_sex = models.CharField(max_length=16, blank=True)
    accession_number = models.CharField(max_length=16, blank=True, db_index=True)
    study_id = models.CharField(max_length=16, blank=True)
    study_date = models.DateField(null=True, blank=True)
    study_time = models.TimeField(null=True, blank=True)
    study_description = models.CharField(max_length=64, blank=True)
    referring_physician_name = models.CharField(max_length=194, blank=True)
    modalities_in_study = models.CharField(max_length=64, blank=True, help_text=_("Separated and enclosed by backslashes."))
    series_count = models.PositiveIntegerField(default=0)
    instance_count = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    attributes = models.JSONField(default=dict, help_text=_("Patient and study attributes for QIDO (DICOM JSON model)."))
    first_received_at = models.DateTimeField(db_index=True)
    last_received_at = models.DateTimeField()
    has_news = models.BooleanField(default=True, help_text=_("Images came that the exam's time-line does not tell of yet."))
    noted_instance_count = models.PositiveIntegerField(default=0)
    tier = models.CharField(max_length=16, db_default="fast", default="fast", help_text=_("Where all of its images were brought last."))
    last_viewed_at = models.DateTimeField(null=True, blank=True)
    images_deleted_at = models.DateTimeField(null=True, blank=True, help_text=_("See its deletion items; what came later is here again."))

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["study_date", "id"], name="study_date_id"),
            models.Index(fields=["patient_name"], name="study_patient_name"),
            models.Index(fields=["last_received_at"], condition=models.Q(has_news=True), name="study_news"),
            models.Index(fields=["patient_id"], condition=models.Q(match_state="unmatched"), name="study_unmatched"),
        ]

    def __str__(self) -> str:
        return self.study_instance_uid

    @property
    def modalities(self) -> list[str]:
        return [code for code in self.modalities_in_study.split("\\") if code]


class StudyNameWord(models.Model):
    """A word of the patient's name as sent, in small letters: what makes a search by name cost the same in a large archive."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="name_words")
    word = models.CharField(max_length=64, db_index=True)


class Series(models.Model):
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="series")
    series_instance_uid = models.CharField(max_length=64, unique=True)
    modality = models.CharField(max_length=16, blank=True)
    series_number = models.IntegerField(null=True, blank=True)
    series_description = models.CharField(max_length=64, blank=True)
    body_part_examined = models.CharField(max_length=16, blank=True)
    laterality = models.CharField(max_length=16, blank=True)
    station_name = models.CharField(max_length=16, blank=True)
    series_date = models.DateField(null=True, blank=True)
    series_time = models.TimeField(null=True, blank=True)
    performed_procedure_step_uid = models.CharField(max_length=64, blank=True)
    instance_count = models.PositiveIntegerField(default=0)
    attributes = models.JSONField(default=dict)
    correction = models.ForeignKey(
        "imaging.Correction",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        help_text=_("The correction by which its images go out; none for a series as received."),
    )
    rejection = models.ForeignKey(
        "imaging.Correction",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        help_text=_("The correction that hides its images; none for a series that is shown."),
    )

    class Meta:
        verbose_name_plural = "series"


class Instance(models.Model):
    """One stored object. The row is written only after its file is durable (promise 1)."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="instances")
    sop_instance_uid = models.CharField(max_length=64, unique=True)
    sop_class_uid = models.CharField(max_length=64)
    instance_number = models.IntegerField(null=True, blank=True)
    transfer_syntax_uid = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(null=True, blank=True)
    columns = models.PositiveIntegerField(null=True, blank=True)
    number_of_frames = models.PositiveIntegerField(default=0, help_text=_("0 for objects without pixel data."))
    path = models.CharField(max_length=128, unique=True, help_text=_("Below its tier; made by the server."))
    tier = models.CharField(max_length=16, db_default="fast", default="fast", help_text=_("The place that `path` is in."))
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, help_text=_("Of the file as it lies; another one than was received once it is compressed."))
    dataset_sha256 = models.CharField(
        max_length=64,
        help_text=_("Of the data set as received: the same object in another preamble is the same content, compressed or not."),
    )
    dataset_offset = models.PositiveIntegerField(help_text=_("Where the data set begins in the file."))
    frame_offsets = models.BinaryField(
        default=bytes, help_text=_("Little-endian pairs of 64-bit offset and length in the file, one for each frame; see archive.frames.")
    )
    source_ae_title = models.CharField(max_length=16, blank=True)
    received_at = models.DateTimeField()


class InstanceMetadata(models.Model):
    """The whole data set without bulk data as DICOM JSON (zlib), so that no file is parsed on reading (promise 7)."""

    instance = models.OneToOneField(Instance, on_delete=models.CASCADE, primary_key=True, related_name="metadata")
    json_zlib = models.BinaryField()


class CaseKind(models.TextChoices):
    UNMATCHED_STUDY = "unmatched", _("No exam found for this study")
    AMBIGUOUS = "ambiguous", _("More than one exam fits")
    PATIENT_DIFFERS = "patient", _("Patient differs from the order")
    OTHER_CONTENT = "content", _("Same UID with other content")
    OTHER_SERIES = "series", _("Same UID in another series or study")
    OTHER_PATIENT = "mixed", _("Another patient in the same study")
    REJECTION = "reject", _("A system asks to reject images")
    LATE_SERIES = "late", _("New series for a study that was corrected")


class Decision(models.TextChoices):
    """What a person can decide about a case; each can be taken back."""

    LINK = "link", _("Belongs to this exam")
    APART = "apart", _("Keep apart: it belongs to no exam here")
    AWAIT_ORDER = "await", _("An order has to be entered first")
    ACCEPT_SECOND = "second", _("Take the second object instead of the first")
    ADD_SECOND = "add", _("The same patient: take it into the study")
    DISCARD_SECOND = "first", _("Keep the first object")
    BY_ITSELF = "auto", _("Matched by itself when the order came")
    CORRECT = "correct", _("Belongs to this exam; correct what the images say")
    REJECT = "reject", _("Reject the images, as asked")
    LEAVE = "leave", _("Leave everything as it is")
    FOLLOW = "follow", _("It follows the correction")


class IntegrityCase(models.Model):
    """Something that a person must decide; nothing is changed until they do (promise 4)."""

    kind = models.CharField(max_length=10, choices=CaseKind.choices)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    quarantine_path = models.CharField(
        max_length=128, blank=True, help_text=_("The second object: a file that the archive's index does not know.")
    )
    details = models.JSONField(default=dict)
    source_ae_title = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True, db_index=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict, help_text=_("How things stood before the decision, so that it can be taken back."))
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-created_at"], condition=models.Q(resolved_at=None), name="case_open")]


class CommitmentState(models.TextChoices):
    REQUESTED = "requested", _("Asked")
    CHECKED = "checked", _("Checked, answer waits")
    ANSWERED = "answered", _("Answered")
    FAILED = "failed", _("Could not be answered")


class CommitmentRequest(models.Model):
    """A peer asks us to take over responsibility for objects (PS3.4 Annex J); durable and answered after re-reading."""

    transaction_uid = models.CharField(max_length=64)
    ae_title = models.CharField(max_length=16)
    address = models.CharField(max_length=64, blank=True, help_text=_("Where the request came from; used when no node has this AE title."))
    references = models.JSONField(help_text=_("[[SOP Class UID, SOP Instance UID], ...]"))
    failures = models.JSONField(default=list, help_text=_("[[SOP Class UID, SOP Instance UID, reason], ...]"))
    state = models.CharField(max_length=10, choices=CommitmentState.choices, default=CommitmentState.REQUESTED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True, db_index=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["transaction_uid", "ae_title"], name="commitment_unique")]


class CommitmentExam(models.Model):
    """What a request for commitment said of one exam: how many of its images were asked about, and how many are not safe with us."""

    request = models.ForeignKey(CommitmentRequest, on_delete=models.CASCADE, related_name="exams")
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="commitments")
    asked = models.PositiveIntegerField(default=0)
    unsafe = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "exam"], name="commitment_exam_unique")]
