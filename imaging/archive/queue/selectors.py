"""The human integrity queue as one person may see it: both sides beside each other, and what may be chosen."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imaging.access.models import User
from imaging.access.policy import Person, may
from imaging.access.roles import Act
from imaging.archive.models import CaseKind, Decision, IntegrityCase, Study, StudyNameWord
from imaging.archive.queue.asking import decisions_for
from imaging.archive.queue.claims import holder_of
from imaging.archive.search.matching import beginning
from imaging.archive.selectors import protected_behind, studies_known_to
from imaging.common.dicom import date_parse, name_words
from imaging.common.errors import NotFound
from imaging.common.formats import person_name
from imaging.patients.cards import Eyes
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
class ShownCase:
    case: IntegrityCase
    is_masked: bool
    title: str
    decisions: list[Decision]

    @property
    def holder(self) -> User | None:
        """Who is at it now."""
        return holder_of(self.case)

    @property
    def study(self) -> Study | None:
        return self.case.study


def cases_visible_to(user: Person) -> QuerySet[IntegrityCase]:
    if not may(user, Act.ARCHIVE_RECONCILE):
        return IntegrityCase.objects.none()
    return IntegrityCase.objects.select_related("study__exam__patient", "study__matched_patient", "instance", "resolved_by", "claimed_by")


def cases_found(user: Person, *, kind: str = "", settled: bool = False, source: str = "", q: str = "") -> QuerySet[IntegrityCase]:
    """Open cases, or settled ones, newest first. A text finds only what `user` sees of: a hit would tell of a protected patient."""
    rows = cases_visible_to(user).filter(resolved_at__isnull=not settled)
    wanted = {name: value for name, value in (("kind", kind), ("source_ae_title", source)) if value}
    if q:
        rows = rows.filter(study__in=studies_known_to(user).filter(_named(q.strip())).values("pk"))
    return rows.filter(**wanted).order_by("-created_at", "-pk")


def _named(text: str) -> Q:
    """Studies with this patient or accession number, or with a patient whose name has words that begin so."""
    found = Q(patient_id=text) | Q(accession_number=text)
    words = name_words(text)
    return found | Q(pk__in=StudyNameWord.objects.filter(beginning("word", words[0])).values("study")) if words else found


def cases_counted(user: Person) -> list[tuple[str, str, int]]:
    """How many open cases there are of each kind that there is: kind, its name, number."""
    rows = cases_visible_to(user).filter(resolved_at=None).order_by().values_list("kind").annotate(number=Count("pk"))
    counts = dict(rows)
    return [(kind.value, str(kind.label), counts[kind.value]) for kind in CaseKind if counts.get(kind.value)]


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
    title = _("Protected patient") if masked else (person_name(study.patient_name) if study and study.patient_name else "")
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
