"""Reports that are offered to a colleague: what waits for an answer, and to whom one may be offered."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet

from imaging.access.models import User
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.orders.models import Exam
from imaging.patients.protection import Sight
from reporting.reports.models import HandOver, HandOverOutcome, Report, ReportState
from reporting.reports.selectors import OpenTo, exam_open_to, may_take_protected, sight_of_exam
from reporting.subspecialties.selectors import readers, subspecialties_of

MOST_OFFERS = 20


def offers_open() -> QuerySet[HandOver]:
    """Offers that still stand: the giver holds the report as they did then."""
    standing = HandOver.objects.filter(outcome=HandOverOutcome.OPEN, report__locked_by=F("giver"), report__locked_at=F("held_since"))
    return standing.select_related("giver", "taker", "report")


def offer_of(report: Report) -> HandOver | None:
    """The offer that waits for an answer."""
    return offers_open().filter(report=report).first()


def offers_for(user: User) -> QuerySet[HandOver]:
    """What is offered to `user`, the oldest first."""
    return offers_open().filter(taker=user).select_related("report__exam__procedure").order_by("offered_at", "pk")


def refusals_for(user: User) -> QuerySet[HandOver]:
    """What `user` offered, was refused, and has not been put away."""
    refused = HandOver.objects.filter(giver=user, outcome=HandOverOutcome.REFUSED, is_answer_seen=False, report__locked_by=user)
    return refused.select_related("taker", "report__exam__procedure").order_by("settled_at", "pk")


def offers_by_exam(exams: Iterable[Exam]) -> dict[int, HandOver]:
    """The offers that stand, by the key of their exam: one query for a list."""
    return {offer.report.exam_id: offer for offer in offers_open().filter(report__exam__in=list(exams))}


def may_be_given(report: Report, exam: Exam, colleague: User, known: OpenTo | None = None) -> bool:
    """Whether `colleague` could take this report by themselves, were it free. `known`: to whom the exam is open, where many are asked."""
    if not may(colleague, Act.REPORT_WRITE if report.state == ReportState.DRAFT else Act.REPORT_SIGN):
        return False
    sight = sight_of_exam(colleague, exam, known)
    return sight is Sight.FULL or (sight is Sight.MASKED and not report.is_signed and may_take_protected(colleague))


@dataclass(frozen=True)
class Colleagues:
    """To whom a report may be offered: first who reads its subspecialties."""

    near: list[User]
    others: list[User]


def colleagues_for(report: Report, exam: Exam, user: User) -> Colleagues:
    near = set(User.objects.filter(subspecialties__in=subspecialties_of(exam)).values_list("pk", flat=True))
    """Everybody else who could take it: as many questions in a large house as in a small one."""
    known, everybody = exam_open_to(exam), readers().exclude(pk=user.pk).prefetch_related("groups")
    found = [one for one in everybody if may_be_given(report, exam, one, known)]
    return Colleagues([one for one in found if one.pk in near], [one for one in found if one.pk not in near])
