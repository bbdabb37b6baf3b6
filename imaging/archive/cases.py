"""The human integrity queue as one person may see it: both sides beside each other, and what may be chosen."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imaging.access.policy import Person, may
from imaging.access.roles import Act
from imaging.archive.models import Decision, IntegrityCase, Study
from imaging.archive.reconcile import MATCH_KINDS, match_find
from imaging.archive.selectors import protected_behind
from imaging.archive.services import decisions_for
from imaging.common.dicom import date_parse
from imaging.common.errors import NotFound
from imaging.orders.models import Exam
from imaging.orders.selectors import exams_visible_to
from imaging.patients.cards import Eyes, SeenPatient
from imaging.patients.models import Patient

FIELDS: dict[str, str | Promise] = {
    "patient_id": gettext_lazy("Patient no."),
    "patient_name": gettext_lazy("Name"),
    "patient_birth_date": gettext_lazy("Birth date"),
    "patient_sex": gettext_lazy("Sex"),
    "accession_number": gettext_lazy("Accession no."),
    "study_instance_uid": gettext_lazy("Study UID"),
    "series_instance_uid": gettext_lazy("Series UID"),
}


@dataclass(frozen=True)
class Side:
    """One line of the comparison; `differs` when the two sides contradict each other."""

    label: str
    first: str
    second: str
    differs: bool


@dataclass(frozen=True)
class Candidate:
    """An exam that the images may belong to, with its patient as this person may see them."""

    exam: Exam
    patient: SeenPatient
    differs: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ShownCase:
    case: IntegrityCase
    is_masked: bool
    title: str
    decisions: list[Decision]

    @property
    def study(self) -> Study | None:
        return self.case.study


def cases_visible_to(user: Person) -> QuerySet[IntegrityCase]:
    if not may(user, Act.ARCHIVE_RECONCILE):
        return IntegrityCase.objects.none()
    return IntegrityCase.objects.select_related("study__exam__patient", "study__matched_patient", "instance", "resolved_by")


def cases_found(user: Person, *, kind: str = "", settled: bool = False) -> QuerySet[IntegrityCase]:
    """Open cases, or settled ones, newest first."""
    rows = cases_visible_to(user).filter(resolved_at__isnull=not settled)
    return (rows.filter(kind=kind) if kind else rows).order_by("-created_at", "-pk")


def first_of_alike(rows: QuerySet[IntegrityCase]) -> QuerySet[IntegrityCase]:
    """Of open cases that ask the same about one study, the oldest alone: it can be decided for all. `alike` counts the others."""
    same = {name: OuterRef(name) for name in ("study", "kind", "details__patient_id", "details__patient_name")}
    alike = IntegrityCase.objects.filter(resolved_at=None, **same)
    count = alike.order_by().values("kind").annotate(number=Count("pk")).values("number")
    return rows.filter(~Exists(alike.filter(pk__lt=OuterRef("pk")))).annotate(alike=Subquery(count))


def case_for(user: Person, pk: int) -> IntegrityCase:
    """Raises NotFound when there is no such case, or none for `user`."""
    found = cases_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such case."))
    return found


def cases_waiting(user: Person) -> int:
    """How many cases are open; the rail's badge, capped."""
    return cases_visible_to(user).filter(resolved_at=None)[:100].count()


def cases_shown(user: Person, cases: list[IntegrityCase]) -> list[ShownCase]:
    """Rows as `user` may see them: images of a protected patient do not tell whose they are."""
    eyes = Eyes(user)
    protected = protected_behind(case.study for case in cases if case.study)
    return [_shown(eyes, case, protected) for case in cases]


def _shown(eyes: Eyes, case: IntegrityCase, protected: dict[int, Patient]) -> ShownCase:
    study = case.study
    patient = (study.matched_patient or protected.get(study.pk)) if study else None
    masked = patient is not None and eyes.see(patient, study.exam if study else None).hidden
    title = _("Protected patient") if masked else (study.patient_name if study else "")
    return ShownCase(case, masked, title, decisions_for(case))


def sides(case: IntegrityCase) -> list[Side]:
    """The first object's facts beside the second's; for a question of matching the images' own facts alone."""
    study, second = case.study, case.details
    if study is None:
        return []
    first = {name: str(getattr(study, name, "") or "") for name in FIELDS}
    if case.instance is not None:
        first["series_instance_uid"] = case.instance.series.series_instance_uid
    return [_side(name, str(label), first.get(name, ""), _second(name, second)) for name, label in FIELDS.items()]


def _second(name: str, details: dict[str, Any]) -> str:
    value = str(details.get(name, "") or "")
    parsed = date_parse(value) if name == "patient_birth_date" else None
    return parsed.isoformat() if parsed else value


def _side(name: str, label: str, first: str, second: str) -> Side:
    return Side(label, first, second, bool(first and second and first != second))


def candidates(user: Person, case: IntegrityCase) -> list[Candidate]:
    """Exams that fit, best first: what matching proposes now, as far as `user` may see them."""
    if case.study is None or case.kind not in MATCH_KINDS:
        return []
    found = match_find(case.study)
    visible = exams_visible_to(user).select_related("patient", "procedure").filter(pk__in=[exam.pk for exam in found.exams])
    eyes = Eyes(user)
    return [Candidate(exam, eyes.see(exam.patient, exam), found.differs) for exam in visible]
