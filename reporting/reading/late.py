"""Images that come after signing: a task for who signed, until they say that the report stands, or amend it."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.models import Instance, Study
from imaging.common.errors import Conflict, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add, exam_lock
from reporting.reading.models import LateImages, LateOutcome
from reporting.reports.actions.holding import require_sight
from reporting.reports.models import SIGNED, Report, ReportVersion

NOTE_LENGTH = 200


@transaction.atomic
def late_images_note(*, study: Study, exam: Exam, whole_study: bool = False) -> LateImages | None:
    """Make, or bring up to date, the task of whoever signed: images of `study` that came since, or since they last looked.

    `whole_study`: all of it is new to the exam. Asked again while nothing more came it changes nothing. None when the exam is not signed,
    or nothing came. The exam is not locked: its study may be already, and whoever locks both begins with the exam.
    """
    report = Report.objects.filter(exam=exam, state__in=SIGNED).select_related("exam").first()
    number, latest = _late_count(study, report.exam, whole_study=whole_study) if report else (0, None)
    if report is None or latest is None:
        return None
    task = _open_task(exam)
    if whole_study or number > task.images or latest > task.last_at:
        task.signer, task.images, task.last_at = _signer_of(report), max(task.images, number), timezone.now()
        task.save()
        _announce()
    return task


def _late_count(study: Study, exam: Exam, *, whole_study: bool) -> tuple[int, datetime | None]:
    """How many came, and when the last did; what Lightbox wrote itself is not counted."""
    arrived = Instance.objects.filter(series__study=study, series__rejection=None).exclude(source_ae_title=settings.AE_TITLE)
    if not whole_study:
        settled = LateImages.objects.filter(exam=exam).exclude(settled_at=None).values_list("settled_at", flat=True)
        seen_at = max(filter(None, [exam.final_at, *settled]), default=None)
        arrived = arrived.filter(received_at__gt=seen_at) if seen_at else arrived.none()
    return tuple(arrived.aggregate(number=Count("pk"), latest=Max("received_at")).values())


def _announce() -> None:
    """The list shows it, and the panel of the report."""
    announce("reading")
    announce("report")


def _open_task(exam: Exam) -> LateImages:
    waiting = LateImages.objects.select_for_update().filter(exam=exam, outcome=LateOutcome.OPEN)
    found = waiting.first()
    if found is not None:
        return found
    now = timezone.now()
    try:
        with transaction.atomic():
            return LateImages.objects.create(exam=exam, first_at=now, last_at=now)
    except IntegrityError:  # made by somebody else meanwhile
        return waiting.get()


def _signer_of(report: Report) -> User | None:
    last = ReportVersion.objects.filter(report=report, signer__isnull=False).select_related("signer").order_by("-number").first()
    return last.signer if last else None


@transaction.atomic
def late_images_settle(
    *, user: User, task: LateImages, seen_last_at: datetime | None = None, note: str = "", door: str = "page"
) -> LateImages:
    """Say that the signed report stands although images came later. Raises Forbidden, NotFound when whose exam it is is hidden,
    WrongState when it is settled, Conflict when more came than the caller saw (`seen_last_at`)."""
    require(user, Act.REPORT_SIGN)
    locked = _late_lock(task)
    require_sight(exam=locked.exam, user=user)
    if locked.outcome != LateOutcome.OPEN:
        raise WrongState(_("Somebody has looked at these images already."))
    if seen_last_at is not None and seen_last_at < locked.last_at:
        raise Conflict(_("More images came meanwhile: look at them first."), code="more-images")
    return _settle(locked, user, LateOutcome.STANDS, note, door)


@transaction.atomic
def late_images_reopen(*, user: User, task: LateImages, door: str = "page") -> LateImages:
    """Take back that the report stands. Raises Forbidden, NotFound, WrongState when it was amended or a newer task waits."""
    require(user, Act.REPORT_SIGN)
    locked = _late_lock(task)
    require_sight(exam=locked.exam, user=user)
    refusal = WrongState(_("This can no longer be taken back."))
    if locked.outcome != LateOutcome.STANDS:
        raise refusal
    locked.outcome, locked.settled_at, locked.settled_by, locked.note = LateOutcome.OPEN, None, None, ""
    try:
        with transaction.atomic():
            locked.save()
    except IntegrityError as error:  # more came, and wait in a task of their own
        raise refusal from error
    exam_event_add(exam=locked.exam, kind="late_reopened", user=user)
    audit_record(act="reading.late_reopen", door=door, user=user, accession_number=locked.exam.accession_number, images=locked.images)
    _announce()
    return locked


@transaction.atomic
def late_images_amended(*, exam: Exam, user: User) -> None:
    """An addendum or a corrected version was signed: whoever wrote it has seen what came."""
    for task in LateImages.objects.select_for_update().filter(exam=exam, outcome=LateOutcome.OPEN):
        _settle(task, user, LateOutcome.AMENDED, "", "page")


def _late_lock(task: LateImages) -> LateImages:
    exam = exam_lock(exam_id=task.exam_id)
    locked = LateImages.objects.select_for_update().get(pk=task.pk)
    locked.exam = exam
    return locked


def _settle(task: LateImages, user: User, outcome: LateOutcome, note: str, door: str) -> LateImages:
    task.outcome, task.note, task.settled_at, task.settled_by = outcome, note.strip()[:NOTE_LENGTH], timezone.now(), user
    task.save()
    exam_event_add(exam=task.exam, kind="late_settled" if outcome == LateOutcome.STANDS else "late_amended", user=user, images=task.images)
    audit_record(
        act="reading.late_settle", door=door, user=user, accession_number=task.exam.accession_number, images=task.images,
        outcome_is=outcome.value,
    )  # fmt: skip
    _announce()
    return task
