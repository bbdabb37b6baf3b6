"""Transfers as one person may see them: a protected patient's name is never in a row of somebody who may not see it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.policy import Person, may, roles_of
from imaging.access.roles import HANDLERS, Act
from imaging.archive.models import Study
from imaging.archive.selectors import protected_behind, studies_known_to
from imaging.common.errors import NotFound
from imaging.common.formats import duration
from imaging.dimse.models import NodeLine, RemoteNode
from imaging.orders.models import Exam
from imaging.orders.selectors import exams_visible_to
from imaging.patients.cards import Eyes, SeenPatient
from imaging.patients.models import Patient
from imaging.patients.selectors import patients_visible_to
from imaging.routing.models import ACTIVE, IDLE, ItemState, RoutingRule, TransferItem, TransferJob, TransferKind, TransferState

MINUTE = 60
WAITING_SHOWN = 1000
FAILURES_SHOWN = 100
EXAMS_LOOKED_AT = 100
PARTS = (
    "study__matched_patient",
    "study__exam__patient",
    "exam__patient",
    "exam__procedure",
    "patient",
    "node__line",
    "rule",
    "requested_by",
)


@dataclass(frozen=True)
class ShownTransfer:
    """One row of the list. `patient` is None for a study that belongs to nobody we know; `sent_name` is what the images say then."""

    job: TransferJob
    patient: SeenPatient | None
    sent_name: str
    can_cancel: bool
    can_retry: bool
    can_hasten: bool = False

    @property
    def is_masked(self) -> bool:
        return self.patient is not None and self.patient.hidden

    @property
    def accession_number(self) -> str:
        if self.job.exam is not None:
            return self.job.exam.accession_number
        return "" if self.is_masked or self.job.study is None else self.job.study.accession_number

    @property
    def asked_by(self) -> str:
        """A person, a system, or a rule."""
        job = self.job
        if job.requested_by is not None:
            return job.requested_by.label
        return job.asked_by_ae_title or (_rule_words(job.rule) if job.rule is not None else "Lightbox")

    @property
    def next_try_at(self) -> dt.datetime | None:
        """When it is tried again, or its hours begin; not before its node is, where that does not answer. None when it may go now."""
        job, line = self.job, getattr(self.job.node, "line", None)
        if job.state not in IDLE:
            return None
        times = [job.next_attempt_at, line.next_try_at if line is not None and line.away_since is not None else None]
        return max((at for at in times if at is not None and at > timezone.now()), default=None)

    @property
    def handled(self) -> int:
        return self.job.done + self.job.failed

    @property
    def seconds_left(self) -> int | None:
        """At the speed so far; None when nothing can be said."""
        job = self.job
        if job.state != TransferState.RUNNING or not job.bytes_a_second or job.bytes_total is None:
            return None
        return max(0, job.bytes_total - (job.bytes_done or 0)) // job.bytes_a_second

    @property
    def time_left(self) -> str:
        """In words; empty when nothing can be said."""
        seconds = self.seconds_left
        return "" if seconds is None else duration(dt.timedelta(seconds=seconds + MINUTE))


def _rule_words(rule: RoutingRule) -> str:
    words = _("rule %(name)s") if rule.deleted_at is None else _("rule %(name)s (deleted)")
    return words % {"name": rule.name}


def transfers_visible_to(user: Person) -> QuerySet[TransferJob]:
    """All for who handles exams; for others those of studies, and what is fetched for exams and patients, that they may see."""
    if not may(user, Act.TRANSFER_VIEW):
        return TransferJob.objects.none()
    rows = TransferJob.objects.select_related(*PARTS)
    if roles_of(user) & HANDLERS:
        return rows
    for_exam = Q(study=None, exam__in=exams_visible_to(user).values("pk"))
    for_patient = Q(study=None, exam=None, patient__in=patients_visible_to(user).values("pk"))
    return rows.filter(Q(study__in=studies_known_to(user).values("pk")) | for_exam | for_patient)


def transfers_found(user: Person, *, state: str = "", kind: str = "", node: str = "") -> QuerySet[TransferJob]:
    """Visible transfers, newest first, narrowed by state, kind and AE title; small pictures only when they are asked for."""
    wanted = {name: value for name, value in (("state", state), ("kind", kind), ("node__ae_title", node)) if value}
    rows = transfers_visible_to(user).filter(**wanted).order_by("-pk")
    return rows if kind else rows.exclude(kind=TransferKind.THUMBNAILS)


def nodes_of_transfers() -> list[str]:
    """The systems that images go to or come from."""
    wanted = Q(is_destination=True) | Q(holds_priors=True) | Q(is_told_of_images=True)
    return list(RemoteNode.objects.filter(wanted).order_by("ae_title").values_list("ae_title", flat=True))


@dataclass(frozen=True)
class AwayNode:
    """A node that does not answer, and how many transfers wait for it (capped)."""

    line: NodeLine
    waiting: int

    @property
    def next_try_at(self) -> dt.datetime | None:
        """When it is tried again; None when that waits for a transfer that is due."""
        at = self.line.next_try_at
        return at if at is not None and at > timezone.now() else None


def nodes_away() -> list[AwayNode]:
    """The nodes that do not answer and that something waits for. No patient is in it."""
    found = []
    for line in NodeLine.objects.filter(away_since__isnull=False).select_related("node").order_by("away_since"):
        waiting = TransferJob.objects.filter(node=line.node, state__in=IDLE)[:WAITING_SHOWN].count()
        found += [AwayNode(line, waiting)] if waiting else []
    return found


def transfers_of(user: Person, exam: Exam, limit: int = 5) -> QuerySet[TransferJob]:
    """The latest visible transfers of an exam's images to and from other systems, and of the earlier studies that are fetched for it."""
    studies = list(Study.objects.filter(exam=exam).values_list("pk", flat=True))  # few, so that both sides of the "or" have their index
    rows = transfers_visible_to(user).filter(Q(study__in=studies) | Q(exam=exam))
    return rows.exclude(kind=TransferKind.THUMBNAILS).order_by("-pk")[:limit]


def fetches_of(user: Person, patient: Patient, limit: int = 5) -> QuerySet[TransferJob]:
    """The latest visible transfers that fetch studies of `patient` from other archives, for them or for their exams."""
    exams = list(Exam.objects.filter(patient=patient).order_by("-pk").values_list("pk", flat=True)[:EXAMS_LOOKED_AT])
    rows = transfers_visible_to(user).filter(Q(patient=patient) | Q(exam__in=exams))
    return rows.filter(kind__in=(TransferKind.FETCH, TransferKind.PREFETCH)).order_by("-pk")[:limit]


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
    patient = (job.study.matched_patient or behind.get(job.study.pk)) if job.study and not exam else exam.patient if exam else job.patient
    waits = job.state in ACTIVE
    again = job.state in (TransferState.FAILED, TransferState.CANCELLED, TransferState.RETRYING)
    return ShownTransfer(
        job=job,
        patient=eyes.see(patient, exam) if patient else None,
        sent_name=job.study.patient_name if patient is None and job.study else "",
        can_cancel=has_hand and waits and not job.cancel_requested,
        can_retry=has_hand and again,
        can_hasten=has_hand and job.state in IDLE,
    )


def items_in_trouble(job: TransferJob, after: int = 0, limit: int = FAILURES_SHOWN) -> list[TransferItem]:
    """Objects that were not taken, a page at a time: those after the item with this key."""
    rows = job.items.filter(state=ItemState.FAILED, pk__gt=after).select_related("instance__series")
    return list(rows.order_by("pk")[:limit])


def transfers_in_trouble(user: Person) -> int:
    """How many failed transfers wait for a person; the rail's badge, capped."""
    return transfers_visible_to(user).filter(state=TransferState.FAILED)[:100].count()


def destinations() -> QuerySet[RemoteNode]:
    return RemoteNode.objects.filter(is_active=True, is_destination=True).order_by("ae_title")
