"""Keeping filters of the reading list, and looking after images that came too late."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.models import Instance, Study
from imaging.common.errors import Conflict, InvalidInput, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add, exam_lock
from reporting.reading.filters import ListFilter
from reporting.reading.models import Audience, FirstList, LateImages, LateOutcome, ReadingFilter
from reporting.reading.selectors import filter_for, own_filter_for
from reporting.reports.actions.holding import require_sight
from reporting.reports.models import SIGNED, Report, ReportVersion

MOST_FILTERS = 40
NAME_LENGTH, NOTE_LENGTH, ADDRESS_LENGTH = 40, 200, 1000


@transaction.atomic
def filter_save(
    *, user: User, name: str, address: str, audience: str = "", kept: ReadingFilter | None = None, is_first: bool | None = None,
    door: str = "page",
) -> ReadingFilter:  # fmt: skip
    """Keep a narrowed list under a name, or change one's own. `is_first`: the list opens with it from now on, or no more.

    Raises Forbidden, NotFound for somebody else's, InvalidInput naming the field at fault.
    """
    require(user, Act.REPORT_WRITE)
    row = own_filter_for(user, kept.pk) if kept else ReadingFilter(owner=user)
    row.name, row.audience = " ".join(name.split()), audience
    row.address = ListFilter.read(address).address
    _check_filter(row)
    row.save()
    if is_first is not None:
        _first_set(user, row, is_first)
    audit_record(act="reading.filter", door=door, user=user, filter=row.pk, name=row.name, audience=row.audience)
    announce("reading")
    return row


@transaction.atomic
def filter_delete(*, user: User, kept: ReadingFilter, door: str = "page") -> ReadingFilter:
    """Take one's own filter away, also from those with whom it is shared; it can be restored. Raises Forbidden, NotFound."""
    row = own_filter_for(user, kept.pk)
    row.deleted_at = timezone.now()
    row.save(update_fields=["deleted_at", "changed_at"])
    audit_record(act="reading.filter_delete", door=door, user=user, filter=row.pk, name=row.name)
    announce("reading")
    return row


@transaction.atomic
def filter_restore(*, user: User, kept: ReadingFilter, door: str = "page") -> ReadingFilter:
    """Have one's own deleted filter back. Raises Forbidden, NotFound, InvalidInput when its name was taken meanwhile."""
    row = own_filter_for(user, kept.pk, is_deleted=True)
    _check_filter(row)
    row.deleted_at = None
    row.save(update_fields=["deleted_at", "changed_at"])
    audit_record(act="reading.filter_restore", door=door, user=user, filter=row.pk, name=row.name)
    announce("reading")
    return row


@transaction.atomic
def first_list_set(*, user: User, pk: int | None) -> None:
    """The list opens with this filter from now on; None: with everything that is open. Raises Forbidden, NotFound."""
    if pk is None:
        require(user, Act.REPORT_WRITE)
        FirstList.objects.filter(user=user).delete()
        return
    _first_set(user, filter_for(user, pk), True)


def _first_set(user: User, row: ReadingFilter, is_first: bool) -> None:
    if is_first:
        FirstList.objects.update_or_create(user=user, defaults={"filter": row})
    else:
        FirstList.objects.filter(user=user, filter=row).delete()


def _check_filter(row: ReadingFilter) -> None:
    if not (0 < len(row.name) <= NAME_LENGTH and row.name.isprintable()):
        raise InvalidInput(_("Give the list a name of at most %(count)s characters.") % {"count": NAME_LENGTH}, field="name")
    if row.audience not in Audience.values:
        raise InvalidInput(_("A list is for oneself, for residents, for radiologists or for everybody."), field="audience")
    if len(row.address) > ADDRESS_LENGTH:
        raise InvalidInput(_("This list asks for too much at once: choose less."), field="address")
    others = ReadingFilter.objects.filter(owner=row.owner, deleted_at=None).exclude(pk=row.pk)
    if others.filter(name=row.name).exists():
        raise InvalidInput(_("You have a list of this name already."), field="name")
    if others.count() >= MOST_FILTERS:
        raise InvalidInput(_("At most %(count)s lists: delete one that you do not use.") % {"count": MOST_FILTERS}, field="name")


@transaction.atomic
def late_images_note(*, study: Study, exam: Exam, whole_study: bool = False) -> LateImages | None:
    """Make, or bring up to date, the task of whoever signed: images of `study` that came since, or since they last looked.

    `whole_study`: all of it is new to the exam. None when the exam is not signed, or nothing came.
    """
    locked = exam_lock(exam_id=exam.pk)
    report = Report.objects.filter(exam=locked, state__in=SIGNED).first()
    if report is None or locked.final_at is None:
        return None
    rows = LateImages.objects.select_for_update().filter(exam=locked)
    seen_at = max(filter(None, [locked.final_at, *rows.exclude(settled_at=None).values_list("settled_at", flat=True)]))
    arrived = Instance.objects.filter(series__study=study, series__rejection=None)
    number = arrived.count() if whole_study else arrived.filter(received_at__gt=seen_at).count()
    if not number:
        return None
    task = rows.filter(outcome=LateOutcome.OPEN).first() or LateImages(exam=locked, first_at=timezone.now())
    task.signer, task.images, task.last_at = _signer_of(report), max(task.images, number), timezone.now()
    task.save()
    announce("reading")
    return task


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
    waits = LateImages.objects.filter(exam=locked.exam, outcome=LateOutcome.OPEN).exists()
    if locked.outcome != LateOutcome.STANDS or waits:
        raise WrongState(_("This can no longer be taken back."))
    locked.outcome, locked.settled_at, locked.settled_by, locked.note = LateOutcome.OPEN, None, None, ""
    locked.save()
    exam_event_add(exam=locked.exam, kind="late_reopened", user=user)
    audit_record(act="reading.late_reopen", door=door, user=user, accession_number=locked.exam.accession_number, images=locked.images)
    announce("reading")
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
    announce("reading")
    return task
