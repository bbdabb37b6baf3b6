"""Deciding many questions of the queue at once: each by itself, so that one that cannot be leaves the others done."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.archive.models import Decision, IntegrityCase
from imaging.archive.queue.proposals import proposals
from imaging.archive.queue.reconcile import MATCH_KINDS
from imaging.archive.queue.selectors import cases_shown
from imaging.archive.queue.services import case_resolve
from imaging.common.errors import InvalidInput, LightboxError
from imaging.orders.models import Exam

MOST = 200
NEEDS_EXAM = frozenset({Decision.LINK, Decision.CORRECT})


@dataclass
class Decided:
    """How many were decided, and why the others were not."""

    done: int = 0
    refused: list[tuple[IntegrityCase, str]] = field(default_factory=list)


def cases_resolve(*, user: User, cases: Sequence[IntegrityCase], decision: Decision, reason: str = "", door: str = "page") -> Decided:
    """Decide `cases` alike. Where an exam is needed each takes the one that is likely; without such a one it stays open.

    Raises Forbidden, InvalidInput for none or too many. What one of them refuses is told in the answer.
    """
    if not 0 < len(cases) <= MOST:
        raise InvalidInput(_("Choose from 1 to %(most)s cases.") % {"most": MOST}, field="cases")
    decided = Decided()
    for case in cases:
        try:
            exam = _likely(user, case) if decision in NEEDS_EXAM else None
            case_resolve(user=user, case=case, decision=decision, exam=exam, reason=reason, alike=True, door=door)
            decided.done += 1
        except LightboxError as error:
            decided.refused.append((case, str(error)))
    return decided


def _likely(user: User, case: IntegrityCase) -> Exam:
    (shown,) = cases_shown(user, [case])
    offered = proposals(user, case, is_masked=shown.is_masked) if case.kind in MATCH_KINDS else []
    found = next((one for one in offered if one.is_likely), None)
    if found is None:
        raise InvalidInput(_("No exam stands out for it; decide it by itself."))
    return found.exam
