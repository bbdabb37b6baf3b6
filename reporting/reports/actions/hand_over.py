"""Hand a report over to a colleague by name: offered with a word, and taken, refused or withdrawn."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, NotFound, WrongState
from imaging.common.live import announce
from imaging.orders.services import exam_event_add
from reporting.reports.actions.holding import copy_keep, hold, reader_set, report_lock, require_holder, require_sight
from reporting.reports.handing import may_be_given, offer_of
from reporting.reports.models import CopyReason, HandOver, HandOverOutcome, Report, ReportState

WORD_LENGTH = 200


@transaction.atomic
def report_offer(*, report: Report, user: User, to: User, word: str = "", door: str = "page") -> HandOver:
    """Offer what `user` writes to a colleague; until they take it `user` holds it. Another offer replaces the one before.

    Raises ReportTaken or WrongState unless `user` holds it, InvalidInput for somebody who could not take it.
    """
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    require_holder(report=locked, user=user)
    if to.pk == user.pk or not may_be_given(locked, locked.exam, to):
        raise InvalidInput(_("%(name)s cannot take this report.") % {"name": to.label}, field="to")
    now, said = timezone.now(), _said(word)
    HandOver.objects.filter(report=locked, outcome=HandOverOutcome.OPEN).update(outcome=HandOverOutcome.LAPSED, settled_at=now)
    offer = HandOver.objects.create(report=locked, giver=user, taker=to, held_since=locked.locked_at or now, word=said, offered_at=now)
    exam_event_add(exam=locked.exam, kind="report_offered", user=user, name=to.label)
    _record("report.offer", offer, user, door)
    return offer


@transaction.atomic
def report_offer_withdraw(*, report: Report, user: User, door: str = "page") -> HandOver:
    """Take one's offer back. Raises WrongState when it was answered meanwhile."""
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    offer = _standing(locked)
    if offer.giver_id != user.pk:
        raise WrongState(_("This report is not offered by you."))
    _settle(offer, HandOverOutcome.WITHDRAWN)
    exam_event_add(exam=locked.exam, kind="report_offer_withdrawn", user=user, name=offer.taker.label)
    _record("report.offer-withdraw", offer, user, door)
    return offer


@transaction.atomic
def report_offer_refuse(*, report: Report, user: User, word: str = "", door: str = "page") -> HandOver:
    """Leave it with who offers it; they read the `word`. Raises WrongState when it is not offered to `user`."""
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    offer = _offered_to(locked, user)
    offer.answer = _said(word)
    _settle(offer, HandOverOutcome.REFUSED)
    exam_event_add(exam=locked.exam, kind="report_offer_refused", user=user, name=user.label)
    _record("report.offer-refuse", offer, user, door)
    return offer


@transaction.atomic
def report_offer_take(*, report: Report, user: User, door: str = "page") -> Report:
    """Go on with a report that is offered to `user`; the text so far is kept under the giver's name too.

    Raises WrongState when it is not offered to `user` (any more), NotFound when the exam is hidden from them.
    """
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    offer = _offered_to(locked, user)
    if not may_be_given(locked, locked.exam, user):
        raise NotFound(_("There is no exam %(accession)s.") % {"accession": locked.exam.accession_number})
    given = {"sections": locked.draft_sections, "revision": locked.draft_revision}
    copy_keep(report=locked, user=offer.giver, reason=CopyReason.TAKEN_OVER, **given)
    if locked.state == ReportState.DRAFT:
        locked.author = user
    hold(report=locked, user=user)
    locked.draft_revision += 1  # whatever the giver's window still saves meets a conflict
    locked.save()
    if not locked.is_signed:
        reader_set(exam=locked.exam, user=user)
    _settle(offer, HandOverOutcome.TAKEN)
    exam_event_add(exam=locked.exam, kind="report_handed_over", user=user, name=user.label, other=offer.giver.label)
    _record("report.offer-take", offer, user, door)
    return locked


@transaction.atomic
def refusal_put_away(*, offer: HandOver, user: User) -> None:
    """The giver has read that a colleague refused. Raises WrongState for somebody else's."""
    if offer.giver_id != user.pk:
        raise WrongState(_("This report is not offered by you."))
    HandOver.objects.filter(pk=offer.pk).update(is_answer_seen=True)
    announce("reading")


def _said(word: str) -> str:
    said = " ".join(word.split())
    if len(said) > WORD_LENGTH:
        raise InvalidInput(_("At most %(count)s characters.") % {"count": WORD_LENGTH}, field="word")
    return said


def _standing(report: Report) -> HandOver:
    offer = offer_of(report)
    if offer is None:
        raise WrongState(_("This report is not offered to anybody now."), code="not-offered")
    return offer


def _offered_to(report: Report, user: User) -> HandOver:
    """The offer to `user`; to others an exam that they do not see does not exist."""
    offer = offer_of(report)
    if offer is None or offer.taker_id != user.pk:
        require_sight(exam=report.exam, user=user)
        raise WrongState(_("This report is not offered to you."), code="not-offered")
    return offer


def _settle(offer: HandOver, outcome: HandOverOutcome) -> None:
    offer.outcome, offer.settled_at = outcome, timezone.now()
    offer.save(update_fields=["outcome", "settled_at", "answer"])


def _record(act: str, offer: HandOver, user: User, door: str) -> None:
    """The word is kept with the offer; the trail says who, to whom and when."""
    exam = offer.report.exam
    audit_record(
        act=act, door=door, user=user, patient_number=exam.patient.number, accession_number=exam.accession_number,
        giver=offer.giver.username, taker=offer.taker.username,
    )  # fmt: skip
    announce("reading")
