"""Transfers as one person may see them: a protected patient's name is never in a row of somebody who may not see it."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from imaging.access.policy import Person, may, roles_of
from imaging.access.roles import HANDLERS, Act
from imaging.archive.models import Study
from imaging.archive.selectors import protected_behind, studies_known_to
from imaging.common.errors import NotFound
from imaging.dimse.models import RemoteNode
from imaging.orders.models import Exam
from imaging.patients.cards import Eyes, SeenPatient
from imaging.patients.models import Patient
from imaging.routing.models import ItemState, TransferItem, TransferJob, TransferKind, TransferState

PARTS = ("study__matched_patient", "study__exam__patient", "exam__patient", "exam__procedure", "node", "requested_by")


@dataclass(frozen=True)
class ShownTransfer:
    """One row of the list. `patient` is None for a study that belongs to nobody we know; `sent_name` is what the images say then."""

    job: TransferJob
    patient: SeenPatient | None
    sent_name: str
    can_cancel: bool
    can_retry: bool

    @property
    def is_masked(self) -> bool:
        return self.patient is not None and self.patient.hidden

    @property
    def accession_number(self) -> str:
        if self.job.exam is not None:
            return self.job.exam.accession_number
        return "" if self.is_masked or self.job.study is None else self.job.study.accession_number

    @property
    def handled(self) -> int:
        return self.job.done + self.job.failed


def transfers_visible_to(user: Person) -> QuerySet[TransferJob]:
    """All for who handles exams; for others those of studies that they may see."""
    if not may(user, Act.TRANSFER_VIEW):
        return TransferJob.objects.none()
    rows = TransferJob.objects.select_related(*PARTS)
    if roles_of(user) & HANDLERS:
        return rows
    return rows.filter(study__in=studies_known_to(user).values("pk"))


def transfers_found(user: Person, *, state: str = "", kind: str = "") -> QuerySet[TransferJob]:
    """Visible transfers, newest first, narrowed by state and kind."""
    wanted = {name: value for name, value in (("state", state), ("kind", kind)) if value}
    return transfers_visible_to(user).filter(**wanted).order_by("-pk")


def transfers_of(user: Person, exam: Exam, limit: int = 5) -> QuerySet[TransferJob]:
    """The latest visible transfers of an exam's images to and from other systems, and of the earlier studies that are fetched for it."""
    studies = list(Study.objects.filter(exam=exam).values_list("pk", flat=True))  # few, so that both sides of the "or" have their index
    rows = transfers_visible_to(user).filter(Q(study__in=studies) | Q(exam=exam))
    return rows.exclude(kind=TransferKind.THUMBNAILS).order_by("-pk")[:limit]


def transfer_for(user: Person, pk: int) -> TransferJob:
    """Raises NotFound when there is no such transfer, or none for `user`."""
    found = transfers_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such transfer."))
    return found


def transfers_shown(user: Person, jobs: list[TransferJob]) -> list[ShownTransfer]:
    """Rows as `user` may see them; roles and access lists are asked once."""
    eyes = Eyes(user)
    manages = may(user, Act.TRANSFER_MANAGE)
    behind = protected_behind(job.study for job in jobs if job.study)
    return [_shown(eyes, job, behind, has_hand=manages or job.requested_by_id == user.pk) for job in jobs]


def _shown(eyes: Eyes, job: TransferJob, behind: dict[int, Patient], *, has_hand: bool) -> ShownTransfer:
    exam = job.exam or (job.study.exam if job.study else None)
    patient = exam.patient if exam else (job.study.matched_patient or behind.get(job.study.pk) if job.study else None)
    waits = job.state in (TransferState.QUEUED, TransferState.RUNNING, TransferState.RETRYING, TransferState.ASKED)
    again = job.state in (TransferState.FAILED, TransferState.CANCELLED, TransferState.RETRYING)
    return ShownTransfer(
        job=job,
        patient=eyes.see(patient, exam) if patient else None,
        sent_name=job.study.patient_name if patient is None and job.study else "",
        can_cancel=has_hand and waits and not job.cancel_requested,
        can_retry=has_hand and again,
    )


def items_in_trouble(job: TransferJob, limit: int = 100) -> QuerySet[TransferItem]:
    return job.items.filter(state=ItemState.FAILED).select_related("instance").order_by("pk")[:limit]


def transfers_in_trouble(user: Person) -> int:
    """How many failed transfers wait for a person; the rail's badge, capped."""
    return transfers_visible_to(user).filter(state=TransferState.FAILED)[:100].count()


def destinations() -> QuerySet[RemoteNode]:
    return RemoteNode.objects.filter(is_active=True, is_destination=True).order_by("ae_title")
