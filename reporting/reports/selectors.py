"""Which reports and exams a person may read or write. Every door starts from here."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import Person, may, roles_of
from imaging.access.roles import HANDLERS, OWN_PATIENTS_ONLY, ROLE_ACTS, TAKERS, Act, Role
from imaging.common.errors import NotFound
from imaging.orders.models import Exam, Order
from imaging.patients.protection import Sight, listed_on, open_to, sight_of
from reporting.reports.models import Report, ReportState, ReportVersion

# Their part ends with the images: of reports they see those of exams that they took themselves.
OWN_EXAMS_ONLY = frozenset({Role.TECHNOLOGIST})


def exams_reportable_to(user: Person) -> QuerySet[Exam]:
    """The exams whose report `user` may read, once there is one; an exam that is not here does not exist for them."""
    if not may(user, Act.REPORT_VIEW) or not isinstance(user, User):
        return Exam.objects.none()
    return Exam.objects.filter(open_to(user, "patient__") | taken_by(user)).filter(_bounds(user))


def _bounds(user: User) -> Q:
    """How far the roles reach by which `user` reads reports: everybody's, own patients', own exams'."""
    by = {role for role in roles_of(user) if Act.REPORT_VIEW in ROLE_ACTS[role]}
    if by - OWN_PATIENTS_ONLY - OWN_EXAMS_ONLY:
        return Q()
    own = Q(performer=user) if by & OWN_EXAMS_ONLY else Q(pk__in=[])
    return own | Q(patient__in=Order.objects.filter(referrer=user).values("patient")) if by & OWN_PATIENTS_ONLY else own


def taken_by(user: User, path: str = "") -> Q:
    """A filter for exams (at `path`, e.g. "exam__") that `user` performs, reads, or has written the report of; a first draft that was
    given back is nobody's."""
    if not roles_of(user) & TAKERS:
        return Q(pk__in=[])
    wrote = Q(**{f"{path}report__author": user}) & ~Q(**{f"{path}report__state": ReportState.DRAFT, f"{path}report__locked_by": None})
    return Q(**{f"{path}performer": user}) | Q(**{f"{path}reader": user}) | wrote


def reports_visible_to(user: Person) -> QuerySet[Report]:
    """The reports that `user` may read. What is not out yet (a first draft) is there for those who write reports only."""
    reports = Report.objects.filter(exam__in=exams_reportable_to(user).values("pk"))
    return reports if may(user, Act.REPORT_WRITE) else reports.filter(versions__isnull=False).distinct()


def versions_visible_to(user: Person) -> QuerySet[ReportVersion]:
    return ReportVersion.objects.filter(report__in=reports_visible_to(user).values("pk"))


def exam_visible(*, user: Person, accession: str) -> Exam:
    """The exam with this accession number whose report `user` may read. Raises NotFound, whether it is hidden or not there."""
    exams = exams_reportable_to(user).select_related("patient", "procedure", "order", "order__visit", "reader", "performer", "department")
    exam = exams.filter(accession_number=accession).first()
    if exam is None:
        raise NotFound(_("There is no exam %(accession)s.") % {"accession": accession})
    return exam


def exam_workable(*, user: Person, accession: str) -> Exam:
    """The exam that `user` may at least take, masked or not. Raises NotFound."""
    exam = Exam.objects.select_related("patient", "procedure", "order").filter(accession_number=accession).first()
    if exam is None or not may(user, Act.REPORT_WRITE) or sight_of_exam(user, exam) is Sight.NONE:
        raise NotFound(_("There is no exam %(accession)s.") % {"accession": accession})
    return exam


def report_workable(*, user: Person, accession: str) -> Report:
    """The report that `user` may at least take over, masked or not. Raises NotFound."""
    report = Report.objects.filter(exam=exam_workable(user=user, accession=accession)).select_related("exam__patient").first()
    if report is None:
        raise NotFound(_("There is no report for %(accession)s.") % {"accession": accession})
    return report


def report_visible(*, user: Person, accession: str) -> Report:
    """The report of this exam, if `user` may read it. Raises NotFound."""
    related = ("exam__patient", "exam__procedure", "exam__order", "exam__reader", "author", "locked_by", "draft_saved_by", "template")
    report = reports_visible_to(user).select_related(*related).filter(exam__accession_number=accession).first()
    if report is None:
        raise NotFound(_("There is no report for %(accession)s.") % {"accession": accession})
    return report


@dataclass(frozen=True)
class OpenTo:
    """To whom a protected patient's exam is open, by key: who performs or reads it or wrote its report, and who is on the access list."""

    takers: frozenset[int | None] = frozenset()
    listed: frozenset[int] = frozenset()


def exam_open_to(exam: Exam) -> OpenTo:
    """Asked once, for as many people as need be."""
    if not exam.patient.is_protected:
        return OpenTo()
    wrote = Report.objects.filter(exam=exam).exclude(state=ReportState.DRAFT, locked_by=None).values_list("author", flat=True)
    return OpenTo(frozenset({exam.performer_id, exam.reader_id, *wrote}), listed_on(exam.patient))


def sight_of_exam(user: Person, exam: Exam, known: OpenTo | None = None) -> Sight:
    """How `user` sees whose exam this is."""
    known = known or exam_open_to(exam)
    has_taken = bool(roles_of(user) & TAKERS) and user.pk is not None and user.pk in known.takers
    return sight_of(user, exam.patient, has_taken=has_taken, listed=known.listed)


def may_take_protected(user: Person) -> bool:
    """Who may take a protected patient's exam that they do not see yet: who handles such exams and is opened to by taking."""
    return bool(roles_of(user) & HANDLERS & TAKERS) and may(user, Act.REPORT_WRITE)
