"""Which studies a person may see. Pages, QIDO, WADO, thumbnails and key images all start from here."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import Person, may, roles_of
from imaging.access.roles import OWN_PATIENTS_ONLY, TAKERS, Act
from imaging.archive.models import Instance, Series, Study
from imaging.common.errors import NotFound
from imaging.patients.models import PatientIdentifier
from imaging.patients.protection import open_to


def studies_visible_to(user: Person) -> QuerySet[Study]:
    """The studies whose images `user` may see; an invisible study is not there at all, in lists and counts alike."""
    if not may(user, Act.IMAGES_VIEW) or not isinstance(user, User):
        return Study.objects.none()
    studies = Study.objects.filter(_open_studies(user) | _taken(user))
    return studies.filter(exam__order__referrer=user) if roles_of(user) <= OWN_PATIENTS_ONLY else studies


def _open_studies(user: User) -> Q:
    """Of patients who are not protected, or list `user`; a study without a patient counts by the number it was sent with."""
    protected = PatientIdentifier.objects.filter(patient__is_protected=True).values("value")
    unmatched = Q(matched_patient=None) & ~Q(patient_id__in=protected)
    return unmatched | (Q(matched_patient__isnull=False) & open_to(user, "matched_patient__"))


def studies_for_system(*, sees_protected: bool) -> QuerySet[Study]:
    """The studies that another system may find and get: none of a protected patient, unless that system was set up to."""
    if sees_protected:
        return Study.objects.all()
    numbers = PatientIdentifier.objects.filter(patient__is_protected=True).values("value")
    return Study.objects.exclude(matched_patient__is_protected=True).exclude(matched_patient=None, patient_id__in=numbers)


def _taken(user: User) -> Q:
    """Exams that `user` performs or reads, which opens their images to them."""
    if not roles_of(user) & TAKERS:
        return Q(pk__in=[])
    return Q(exam__performer=user) | Q(exam__reader=user)


def series_visible_to(user: Person) -> QuerySet[Series]:
    return Series.objects.filter(study__in=studies_visible_to(user).values("pk"))


def instances_visible_to(user: Person) -> QuerySet[Instance]:
    return Instance.objects.filter(series__study__in=studies_visible_to(user).values("pk"))


def study_for(user: Person, study_instance_uid: str) -> Study:
    """Raises NotFound when there is no such study, or none whose images `user` may see."""
    rows = studies_visible_to(user).select_related("exam__procedure", "matched_patient")
    found = rows.filter(study_instance_uid=study_instance_uid).first()
    if found is None:
        raise NotFound(_("There is no such study."))
    return found
