"""What the reading page shows: the study, its patient, earlier studies, and what readers kept."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imaging.access.policy import Person, may
from imaging.access.roles import Act
from imaging.archive.models import CaseKind, Decision, Instance, IntegrityCase, Study
from imaging.archive.selectors import instances_visible_to, studies_visible_to
from imaging.common.dicom import is_uid
from imaging.common.errors import NotFound
from imaging.common.formats import clinical_date
from imaging.orders.models import Exam
from imaging.orders.selectors import exams_visible_to
from imaging.patients.models import PatientIdentifier
from imaging.viewer.display_sets import Beside, display_sets
from imaging.viewer.layouts.selectors import layout_of
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.names import name_guessed, name_known
from imaging.viewer.priors import Prior, later_of, priors_of
from imaging.viewer.words import viewer_words

DICOMWEB_ROOT = "/dicomweb"
DAYS_AS_DAYS, MONTHS_AS_MONTHS = 60, 24
# Modalities of what lies over pictures or is read beside them: they do not say what kind of exam it is.
NO_PICTURES = frozenset({"KO", "PR", "SR", "SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "REG", "DOC", "FID"})


def study_get(*, user: Person, study_instance_uid: str) -> Study:
    """The study, if `user` may see it. Raises NotFound otherwise, whatever the reason."""
    known = is_uid(study_instance_uid)
    found = studies_visible_to(user).filter(study_instance_uid=study_instance_uid, instance_count__gt=0) if known else Study.objects.none()
    study = found.select_related("matched_patient", "exam", "exam__procedure", "exam__order").first()
    if study is None:
        raise NotFound(_("There is no such study."))
    return study


def exam_awaited(*, user: Person, study_instance_uid: str) -> Exam | None:
    """The exam whose images would be this study, if it exists for `user`; of several that share it, the first ordered."""
    known = is_uid(study_instance_uid)
    return exams_visible_to(user).filter(study_instance_uid=study_instance_uid).order_by("pk").first() if known else None


def instance_get(*, user: Person, study: Study, sop_instance_uid: str) -> Instance:
    """An instance of `study`, if `user` may see it. Raises NotFound otherwise."""
    instance = instances_visible_to(user).filter(series__study=study, sop_instance_uid=sop_instance_uid).first()
    if instance is None:
        raise NotFound(_("There is no such object in this study."))
    return instance


def boot_data(*, user: Person, study: Study, screen: int = 1, **urls: str) -> dict[str, Any]:
    """Everything that the viewer's script needs to begin, so that it asks for nothing but pictures. `urls` by their names in the script."""
    return {
        "dicomweb": DICOMWEB_ROOT,
        "studies": study_entries(user=user, studies=[study]),
        **urls,
        "screen": screen,
        "layout": layout_of(user=user, study=study, screen=screen),
        "mayMark": may(user, Act.KEY_IMAGE_MARK),
        "words": viewer_words(),
    }


def study_entries(*, user: Person, studies: Sequence[Study]) -> list[dict[str, Any]]:
    """The studies of an exam, then earlier ones to compare the first with, then later ones, each with what may be hung."""
    read, shown = studies[0], {study.pk for study in studies}
    earlier, later = ([one for one in found(user=user, study=read) if one.study.pk not in shown] for found in (priors_of, later_of))
    every = [*studies, *(one.study for one in [*earlier, *later])]
    numbers = numbers_taken(every)
    entries = [*(_entry(study) for study in studies), *(_earlier(one, read) for one in earlier), *(_later(one, read) for one in later)]
    names = [{"name": name_known(one, read.matched_patient), "nameGuessed": name_guessed(one)} for one in every]
    return [{**entry, "patientIds": numbers[one.pk], **name} for entry, one, name in zip(entries, every, names, strict=True)]


def _entry(study: Study) -> dict[str, Any]:
    about = {"uid": study.study_instance_uid, "title": _title(study), "heading": _heading(study), "age": "", "mark": "", "reason": ""}
    return {**about, "sets": display_sets(study, root=DICOMWEB_ROOT)}


def _earlier(prior: Prior, read: Study) -> dict[str, Any]:
    return _beside(prior, read, "prior:", pgettext("earlier study", "Prior"), pgettext("viewer overlay", "PRIOR"))


def _later(later: Prior, read: Study) -> dict[str, Any]:
    return _beside(later, read, "later:", pgettext("study done after this one", "Later"), pgettext("viewer overlay", "LATER"))


def _beside(one: Prior, read: Study, key: Beside, title: str, mark: str) -> dict[str, Any]:
    study = one.study
    days = (_day(study) - _day(read)).days
    about = {"uid": study.study_instance_uid, "title": title, "heading": _heading(study), "reason": one.reason}
    about |= {"age": _age(abs(days)), "mark": f"{mark} · {_apart(days)}"}
    return {**about, "sets": display_sets(study, root=DICOMWEB_ROOT, beside=key)}


def patient_numbers(study: Study) -> list[str]:
    """Every number under which the matched patient is known; a picture with another one is marked."""
    if study.matched_patient is None:
        return [study.patient_id] if study.patient_id else []
    known = PatientIdentifier.objects.filter(patient=study.matched_patient).values_list("value", flat=True)
    return sorted({*known, study.matched_patient.number})


def numbers_taken(studies: Sequence[Study]) -> dict[int, list[str]]:
    """By study, under which numbers its objects may come: those of the patient, its own, and those that a person has taken into it.

    Nothing where nobody is named: then nothing can be told apart. All `studies` are of the patient of the first.
    """
    known = patient_numbers(studies[0])
    taken: dict[int, set[str]] = {one.pk: {*known, one.patient_id} for one in studies}
    cases = IntegrityCase.objects.filter(study__in=taken, kind=CaseKind.OTHER_PATIENT, decision=Decision.ADD_SECOND)
    for key, number in cases.values_list("study_id", "details__patient_id"):
        taken[key].add(number or "")
    return {key: sorted(numbers - {""}) for key, numbers in taken.items()}


def _title(study: Study) -> str:
    return pgettext("exam of this day", "Today") if study.study_date == timezone.localdate() else pgettext("study on the page", "This exam")


def _heading(study: Study) -> str:
    modality = next((one for one in study.modalities if one not in NO_PICTURES), "")
    return f"{modality} {clinical_date(study.study_date) if study.study_date else ''}".strip()


def _day(study: Study) -> dt.date:
    return study.study_date or timezone.localdate(study.first_received_at)


def _age(days: int) -> str:
    """So many days between two studies in the shortest form."""
    if days < DAYS_AS_DAYS:
        return pgettext("age of a study in days", "%(n)s d") % {"n": days}
    if days < MONTHS_AS_MONTHS * 30:
        return pgettext("age of a study in months", "%(n)s mo") % {"n": days // 30}
    return pgettext("age of a study in years", "%(n)s y") % {"n": days // 365}


def _apart(days: int) -> str:
    """How long after the study that is read another was done, before it where negative."""
    if not days:
        return pgettext("of two studies", "same day")
    words = pgettext("of two studies", "%(age)s later") if days > 0 else pgettext("of two studies", "%(age)s earlier")
    return words % {"age": _age(abs(days))}


def annotations_of(*, study: Study) -> QuerySet[Annotation]:
    """The measurements on a study that nobody removed."""
    return (
        Annotation.objects.filter(study=study, removed_at=None, instance__series__rejection=None)
        .select_related("study", "instance", "instance__series", "author")
        .order_by("id")
    )


def key_images_of(*, study: Study) -> QuerySet[KeyImage]:
    """The key images of a study in their order. Reports take those with `in_report`."""
    return (
        KeyImage.objects.filter(study=study, removed_at=None, instance__series__rejection=None)
        .select_related("instance", "instance__series", "author")
        .order_by("position", "id")
    )
