"""Which studies a person may see. Pages, QIDO, WADO, thumbnails and key images all start from here."""

from collections.abc import Iterable
from functools import cache

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import Person, may, only_own_patients, roles_of
from imaging.access.roles import TAKERS, Act
from imaging.archive.models import Instance, Series, Study
from imaging.common.errors import NotFound
from imaging.orders.models import Exam
from imaging.orders.selectors import referred_by
from imaging.patients.models import Patient, PatientIdentifier
from imaging.patients.protection import open_to


def studies_visible_to(user: Person) -> QuerySet[Study]:
    """The studies whose images `user` may see; an invisible study is not there at all, in lists and counts alike.

    One whose images are all gone (deleted, rejected, given to another study) has none to see: `studies_known_to`.
    """
    return studies_known_to(user).filter(instance_count__gt=0)


def studies_known_to(user: Person) -> QuerySet[Study]:
    """The same with those that have no image left, for what tells where these went."""
    if not may(user, Act.IMAGES_VIEW) or not isinstance(user, User):
        return Study.objects.none()
    # The question, not its answer, stays with the person for as long as they are in memory: putting it together costs as much as asking.
    kept: tuple[frozenset[str], QuerySet[Study]] | None = getattr(user, "known_studies", None)
    if kept is None or kept[0] != roles_of(user):
        kept = user.known_studies = (roles_of(user), _known_to(user))  # type: ignore[attr-defined]
    return kept[1].all()


def _known_to(user: User) -> QuerySet[Study]:
    studies = Study.objects.filter(_open_studies(user) | _taken(user))
    return studies.filter(matched_patient__in=referred_by(user)) if only_own_patients(user, Act.IMAGES_VIEW) else studies


def _open_studies(user: User) -> Q:
    """Of patients who are not protected, or list `user`; a study without a patient counts by what it was sent with."""
    unmatched = Q(matched_patient=None) & ~_sent_as_protected()
    return unmatched | (Q(matched_patient__isnull=False) & open_to(user, "matched_patient__"))


def _sent_as_protected() -> Q:
    """Studies that carry the number of a protected patient, or the accession number or Study UID of an exam of theirs.

    Each study is looked up by itself: with lists of all of them PostgreSQL counts making the lists as a price of each row, and reads whole
    tables where an index would find a few.
    """
    numbers = PatientIdentifier.objects.filter(patient__is_protected=True, value=OuterRef("patient_id"))
    exams = Exam.objects.filter(patient__is_protected=True)
    return (
        Q(Exists(numbers))
        | Q(Exists(exams.filter(accession_number=OuterRef("accession_number"))))
        | Q(Exists(exams.filter(study_instance_uid=OuterRef("study_instance_uid"))))
    )


def protected_behind(studies: Iterable[Study]) -> dict[int, Patient]:
    """For studies that are matched to nobody: by key of the study, the protected patient whose they seem to be by what they carry."""
    waiting = [study for study in studies if study.matched_patient_id is None]
    numbers = PatientIdentifier.objects.filter(value__in={study.patient_id for study in waiting}, patient__is_protected=True)
    exams = (
        Exam.objects.filter(patient__is_protected=True)
        .select_related("patient")
        .filter(
            Q(accession_number__in={study.accession_number for study in waiting})
            | Q(study_instance_uid__in={study.study_instance_uid for study in waiting})
        )
    )
    by_word = {row.value: row.patient for row in numbers.select_related("patient")}
    by_word |= {word: exam.patient for exam in exams for word in (exam.accession_number, exam.study_instance_uid)}
    found = {}
    for study in waiting:
        words = (study.study_instance_uid, study.accession_number, study.patient_id)
        if patient := next((by_word[word] for word in words if word in by_word), None):
            found[study.pk] = patient
    return found


def is_protected(study: Study) -> bool:
    """Whether the images are, or seem to be, those of a protected patient."""
    patient = study.matched_patient
    return patient.is_protected if patient else bool(protected_behind([study]))


def studies_for_system(*, sees_protected: bool) -> QuerySet[Study]:
    """The studies that another system may find and get: none of a protected patient, unless that system was set up to."""
    return _for_system(sees_protected).all()


@cache
def _for_system(sees_protected: bool) -> QuerySet[Study]:
    """The question alone; its answer is never kept."""
    shown = Study.objects.filter(instance_count__gt=0)  # all of it may have been moved or rejected
    if sees_protected:
        return shown
    return shown.exclude(matched_patient__is_protected=True).exclude(Q(matched_patient=None) & _sent_as_protected())


def _taken(user: User) -> Q:
    """Exams that `user` performs or reads, which opens their images to them."""
    if not roles_of(user) & TAKERS:
        return Q(pk__in=[])
    return Q(exam__performer=user) | Q(exam__reader=user)


def series_shown() -> QuerySet[Series]:
    """Those that anybody is shown who may see their study: what was rejected is shown to nobody."""
    return Series.objects.filter(rejection=None, instance_count__gt=0)


def instances_shown() -> QuerySet[Instance]:
    return Instance.objects.filter(series__rejection=None)


def series_visible_to(user: Person) -> QuerySet[Series]:
    """The series of visible studies."""
    return series_shown().filter(study__in=studies_visible_to(user).values("pk"))


def instances_visible_to(user: Person) -> QuerySet[Instance]:
    return instances_shown().filter(series__study__in=studies_visible_to(user).values("pk"))


def study_for(user: Person, study_instance_uid: str) -> Study:
    """Also one without images left. Raises NotFound when there is no such study, or none whose images `user` may see."""
    rows = studies_known_to(user).select_related("exam__procedure", "matched_patient")
    found = rows.filter(study_instance_uid=study_instance_uid).first()
    if found is None:
        raise NotFound(_("There is no such study."))
    return found
