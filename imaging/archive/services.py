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
from imaging.archive.models import CaseKind, Decision, IntegrityCase, MatchState, Study
from imaging.archive.reconcile import MATCH_KINDS, study_link
from imaging.archive.replace import second_accept, second_give_back
from imaging.common.errors import Conflict, InvalidInput, NotFound, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add

MATCHING = frozenset({Decision.LINK, Decision.APART, Decision.AWAIT_ORDER})
SECOND = frozenset({Decision.ACCEPT_SECOND, Decision.DISCARD_SECOND})


def decisions_for(case: IntegrityCase) -> list[Decision]:
    """What a person may choose for this case."""
    if case.kind in MATCH_KINDS:
        return [Decision.LINK, Decision.APART, Decision.AWAIT_ORDER]
    return [Decision.DISCARD_SECOND, Decision.ACCEPT_SECOND] if case.instance_id else [Decision.DISCARD_SECOND]


@transaction.atomic
def case_resolve(
    *, user: User, case: IntegrityCase, decision: Decision, exam: Exam | None = None, reason: str = "", door: str = "page"
) -> IntegrityCase:
    """Carry out `decision` and close the case; what was before is kept, so that `case_reopen` can take it back.

    Raises Forbidden, WrongState when somebody has decided already, InvalidInput for a decision that does not fit.
    """
    require(user, Act.ARCHIVE_RECONCILE)
    locked = _locked(case)
    if locked.resolved_at is not None:
        raise WrongState(_("Somebody has decided this case already."))
    if decision not in decisions_for(locked):
        raise InvalidInput(_("This decision does not fit the case."), field="decision")
    locked.before = _CARRY_OUT[decision](locked, user, exam)
    locked.resolved_at, locked.resolved_by = timezone.now(), user
    locked.decision, locked.reason = decision, reason[:200]
    locked.save()
    _told("archive.decide", locked, user, door, decision=decision.value, exam=exam.accession_number if exam else "", reason=reason)
    return locked


@transaction.atomic
def case_reopen(*, user: User, case: IntegrityCase, door: str = "page") -> IntegrityCase:
    """Take a decision back: things stand as before, and the case is open again. Raises Forbidden, WrongState."""
    require(user, Act.ARCHIVE_RECONCILE)
    locked = _locked(case)
    if locked.resolved_at is None or locked.decision == Decision.BY_ITSELF:
        raise WrongState(_("There is no decision of a person to take back."))
    decision = Decision(locked.decision)
    _TAKE_BACK.get(decision, _nothing)(locked, user)
    locked.resolved_at = locked.resolved_by = None
    locked.decision, locked.reason, locked.before = "", "", {}
    locked.save()
    _told("archive.reopen", locked, user, door, decision=decision.value)
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
    if case.kind != CaseKind.OTHER_CONTENT:
        raise Conflict(_("Only other content of the same series can take the first one's place."))
    return second_accept(case=case)


def _unlink(case: IntegrityCase, user: User) -> None:
    study = _study_of(case)
    before = case.before
    if study.exam is not None and study.exam_id != before["exam"]:
        exam_event_add(exam=study.exam, kind="images_unlinked", user=user, images=study.instance_count)
    study.exam_id, study.matched_patient_id, study.match_state = before["exam"], before["matched_patient"], before["match_state"]
    study.save(update_fields=["exam", "matched_patient", "match_state"])


def _put_first_back(case: IntegrityCase, user: User) -> None:
    second_give_back(case=case)


def _nothing(case: IntegrityCase, user: User) -> None:
    return


_CARRY_OUT: dict[Decision, Callable[[IntegrityCase, User, Exam | None], dict[str, Any]]] = {
    Decision.LINK: _link,
    Decision.APART: _keep_apart,
    Decision.AWAIT_ORDER: _await_order,
    Decision.DISCARD_SECOND: _keep_first,
    Decision.ACCEPT_SECOND: _take_second,
}
_TAKE_BACK: dict[Decision, Callable[[IntegrityCase, User], None]] = {
    Decision.LINK: _unlink,
    Decision.APART: _unlink,
    Decision.AWAIT_ORDER: _unlink,
    Decision.ACCEPT_SECOND: _put_first_back,
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
