"""What a question of the queue lets a person choose, and which others ask the same."""

from django.db.models import QuerySet

from imaging.archive.models import CaseKind, Decision, IntegrityCase
from imaging.archive.queue.reconcile import MATCH_KINDS

ASKED = {CaseKind.REJECTION: [Decision.REJECT, Decision.LEAVE], CaseKind.LATE_SERIES: [Decision.FOLLOW, Decision.LEAVE]}


def decisions_for(case: IntegrityCase) -> list[Decision]:
    """What a person may choose for this case."""
    if case.kind in MATCH_KINDS:
        return [Decision.LINK, Decision.CORRECT, Decision.APART, Decision.AWAIT_ORDER]
    if case.kind in ASKED:
        return ASKED[CaseKind(case.kind)]
    ways_in = {CaseKind.OTHER_CONTENT: [Decision.ACCEPT_SECOND], CaseKind.OTHER_PATIENT: [Decision.ADD_SECOND]}
    return [Decision.DISCARD_SECOND, *ways_in.get(CaseKind(case.kind), [])]


def cases_alike(case: IntegrityCase) -> QuerySet[IntegrityCase]:
    """Other open cases that ask the same: objects of one study that came with the same second patient, or second content."""
    if case.kind in MATCH_KINDS or case.study_id is None:
        return IntegrityCase.objects.none()
    rows = IntegrityCase.objects.filter(study=case.study_id, kind=case.kind, resolved_at=None).exclude(pk=case.pk)
    return rows.filter(**{f"details__{name}": case.details.get(name, "") for name in ("patient_id", "patient_name")}).order_by("pk")


def decided_together(case: IntegrityCase) -> QuerySet[IntegrityCase]:
    """Other cases that were settled by the same decision."""
    if case.resolved_at is None:
        return IntegrityCase.objects.none()
    same = {"study": case.study_id, "kind": case.kind, "resolved_at": case.resolved_at, "decision": case.decision}
    return IntegrityCase.objects.filter(**same).exclude(pk=case.pk).order_by("pk")
