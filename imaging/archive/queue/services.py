"""Deciding the open questions of the archive: who says so, what changes, and how it is taken back (promise 4)."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.targets import Target
from imaging.archive.corrections.undo import correction_undo
from imaging.archive.models import Decision, IntegrityCase, MatchState, Study
from imaging.archive.queue.asking import cases_alike, decided_together, decisions_for
from imaging.archive.queue.claims import claim_check
from imaging.archive.queue.corrections import case_correct, others_went_to
from imaging.archive.queue.reconcile import study_link
from imaging.archive.queue.rejections import rejection_apply
from imaging.archive.queue.replace import second_accept, second_add, second_give_back, second_take_out
from imaging.common.errors import InvalidInput, LightboxError, NotFound, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add

ALIKE = 1000


@transaction.atomic
def case_resolve(
    *,
    user: User,
    case: IntegrityCase,
    decision: Decision,
    exam: Exam | None = None,
    reason: str = "",
    alike: bool = False,
    door: str = "page",
) -> IntegrityCase:
    """Carry out `decision` and close the case; what was before is kept, so that `case_reopen` can take it back.

    `alike`: the other cases that ask the same are decided the same way; one of them that cannot be stays open.
    Raises Forbidden, WrongState when somebody has decided already, InvalidInput for a decision that does not fit.
    """
    require(user, Act.ARCHIVE_RECONCILE)
    locked = _locked(case)
    if locked.resolved_at is not None:
        raise WrongState(_("Somebody has decided this case already."))
    claim_check(locked, user)
    if decision not in decisions_for(locked):
        raise InvalidInput(_("This decision does not fit the case."), field="decision")
    others = list(cases_alike(locked).select_for_update()[:ALIKE]) if alike else []
    locked.resolved_at, locked.resolved_by = timezone.now(), user
    locked.decision, locked.reason = decision, reason[:200]
    locked.before = _CARRY_OUT[decision](locked, user, exam)
    locked.save()
    together = 1 + sum(_decided_like(locked, other, user) for other in others)
    named = exam.accession_number if exam else ""
    _told("archive.decide", locked, user, door, decision=decision.value, exam=named, reason=reason, cases=together)
    return locked


def _decided_like(first: IntegrityCase, other: IntegrityCase, user: User) -> bool:
    other.resolved_at, other.resolved_by = first.resolved_at, first.resolved_by
    other.decision, other.reason = first.decision, first.reason
    try:
        with transaction.atomic():
            other.before = _CARRY_OUT[Decision(first.decision)](other, user, None)
            other.save()
    except LightboxError:
        return False
    return True


@transaction.atomic
def case_reopen(*, user: User, case: IntegrityCase, door: str = "page") -> IntegrityCase:
    """Take a decision back, for all cases that it settled: things stand as before, and they are open again.

    Raises Forbidden, WrongState, or Conflict when what was decided has been built upon.
    """
    require(user, Act.ARCHIVE_RECONCILE)
    locked = _locked(case)
    if locked.resolved_at is None or locked.decision == Decision.BY_ITSELF:
        raise WrongState(_("There is no decision of a person to take back."))
    decision = Decision(locked.decision)
    together = [locked, *decided_together(locked).select_for_update()]
    for one in together:
        _TAKE_BACK.get(decision, _nothing)(one, user)
        one.resolved_at = one.resolved_by = None
        one.decision, one.reason, one.before = "", "", {}
        one.save()
    _told("archive.reopen", locked, user, door, decision=decision.value, cases=len(together))
    return locked


def _locked(case: IntegrityCase) -> IntegrityCase:
    found = IntegrityCase.objects.select_for_update().filter(pk=case.pk).first()
    if found is None:
        raise NotFound(_("There is no such case."))
    return found


def _study_of(case: IntegrityCase) -> Study:
    if case.study_id is None:
        raise NotFound(_("The study of this case is gone."))
    return Study.objects.select_for_update().get(pk=case.study_id)


def _standing(study: Study) -> dict[str, Any]:
    return {"exam": study.exam_id, "matched_patient": study.matched_patient_id, "match_state": study.match_state}


def _link(case: IntegrityCase, user: User, exam: Exam | None) -> dict[str, Any]:
    if exam is None:
        raise InvalidInput(_("Choose the exam that these images belong to."), field="exam")
    study = _study_of(case)
    before = _standing(study)
    if study.exam_id != exam.pk:
        study_link(study=study, exam=exam, user=user)
    return before


def _keep_apart(case: IntegrityCase, user: User, exam: Exam | None) -> dict[str, Any]:
    return _unlinked(case, MatchState.APART)


def _await_order(case: IntegrityCase, user: User, exam: Exam | None) -> dict[str, Any]:
    """The study stays unmatched, so that the order finds it when it is entered."""
    return _unlinked(case, MatchState.UNMATCHED)


def _unlinked(case: IntegrityCase, state: MatchState) -> dict[str, Any]:
    study = _study_of(case)
    before = _standing(study)
    if study.exam is not None:
        exam_event_add(exam=study.exam, kind="images_unlinked", images=study.instance_count)
    study.exam, study.matched_patient, study.match_state = None, None, state
    study.save(update_fields=["exam", "matched_patient", "match_state"])
    return before


def _keep_first(case: IntegrityCase, user: User, exam: Exam | None) -> dict[str, Any]:
    """The second object's file stays where it waits; only the question is closed."""
    return {}


def _take_second(case: IntegrityCase, user: User, exam: Exam | None) -> dict[str, Any]:
    return second_accept(case=case)


def _add_second(case: IntegrityCase, user: User, exam: Exam | None) -> dict[str, Any]:
    """The object's own attributes stay as sent; later ones that name the same second patient follow it."""
    return second_add(case=case)


def _correct(case: IntegrityCase, user: User, exam: Exam | None) -> dict[str, Any]:
    """The images go out with the exam's patient and order from now on."""
    if exam is None:
        raise InvalidInput(_("Choose the exam that these images belong to."), field="exam")
    return case_correct(case=case, user=user, target=Target(exam=exam), kind=CorrectionKind.RELINK)


def _reject(case: IntegrityCase, user: User, exam: Exam | None) -> dict[str, Any]:
    return {"corrections": rejection_apply(case=case, user=user)}


def _follow(case: IntegrityCase, user: User, exam: Exam | None) -> dict[str, Any]:
    """To where the others of the study went."""
    return case_correct(case=case, user=user, target=Target(study=others_went_to(case)), kind=CorrectionKind.MOVE)


def _undo_corrections(case: IntegrityCase, user: User) -> None:
    for correction in Correction.objects.filter(pk__in=case.before.get("corrections", []), undone_at=None).order_by("-pk"):
        correction_undo(user=user, correction=correction)


def _unlink(case: IntegrityCase, user: User) -> None:
    study = _study_of(case)
    before = case.before
    if study.exam is not None and study.exam_id != before["exam"]:
        exam_event_add(exam=study.exam, kind="images_unlinked", user=user, images=study.instance_count)
    study.exam_id, study.matched_patient_id, study.match_state = before["exam"], before["matched_patient"], before["match_state"]
    study.save(update_fields=["exam", "matched_patient", "match_state"])


def _put_first_back(case: IntegrityCase, user: User) -> None:
    second_give_back(case=case)


def _take_second_out(case: IntegrityCase, user: User) -> None:
    second_take_out(case=case)


def _nothing(case: IntegrityCase, user: User) -> None:
    return


_CARRY_OUT: dict[Decision, Callable[[IntegrityCase, User, Exam | None], dict[str, Any]]] = {
    Decision.LINK: _link,
    Decision.APART: _keep_apart,
    Decision.AWAIT_ORDER: _await_order,
    Decision.DISCARD_SECOND: _keep_first,
    Decision.ACCEPT_SECOND: _take_second,
    Decision.ADD_SECOND: _add_second,
    Decision.CORRECT: _correct,
    Decision.REJECT: _reject,
    Decision.FOLLOW: _follow,
    Decision.LEAVE: _keep_first,
}
_TAKE_BACK: dict[Decision, Callable[[IntegrityCase, User], None]] = {
    Decision.LINK: _unlink,
    Decision.APART: _unlink,
    Decision.AWAIT_ORDER: _unlink,
    Decision.ACCEPT_SECOND: _put_first_back,
    Decision.ADD_SECOND: _take_second_out,
    Decision.CORRECT: _undo_corrections,
    Decision.REJECT: _undo_corrections,
    Decision.FOLLOW: _undo_corrections,
}


def _told(act: str, case: IntegrityCase, user: User, door: str, **detail: Any) -> None:
    study = case.study
    audit_record(
        act=act,
        door=door,
        user=user,
        patient_number=study.patient_id if study else "",
        accession_number=study.accession_number if study else "",
        study_instance_uid=study.study_instance_uid if study else "",
        case=case.pk,
        kind=case.kind,
        **detail,
    )
    announce("unmatched")
