"""Attributes of a study or patient that are counted when somebody asks for them, and only then (PS3.4 C.6.1.1.2, C.6.2.1.2)."""

from typing import Any

from django.db.models import Count, QuerySet, Sum

from imaging.archive.intake.values import Json
from imaging.archive.models import Instance, Study
from imaging.archive.selectors import studies_for_system

SOP_CLASSES, PATIENT_STUDIES, PATIENT_SERIES, PATIENT_INSTANCES = "00080062", "00201200", "00201202", "00201204"
EXTRA_TAGS = frozenset({SOP_CLASSES, PATIENT_STUDIES, PATIENT_SERIES, PATIENT_INSTANCES})


def study_extras(study: Study, *, sees_protected: bool) -> Json:
    """SOP Classes in Study, and how much there is of its patient, as a system may know it."""
    return sop_classes(study) | patient_counts(study.patient_id, study.issuer_of_patient_id, sees_protected=sees_protected)


def sop_classes(study: Study) -> Json:
    shown = Instance.objects.filter(series__study=study, series__rejection=None)
    found = shown.order_by("sop_class_uid").values_list("sop_class_uid", flat=True).distinct()
    return {SOP_CLASSES: {"vr": "UI", "Value": list(found)}}


def patient_counts(patient_id: str, issuer: str, *, sees_protected: bool) -> Json:
    return patient_counts_in(studies_for_system(sees_protected=sees_protected), patient_id, issuer)


def patient_counts_in(studies: QuerySet[Study], patient_id: str, issuer: str) -> Json:
    """How many studies, series and instances of `studies` are this patient's; unknown for images without a patient ID."""
    if not patient_id:
        return {tag: {"vr": "IS"} for tag in EXTRA_TAGS - {SOP_CLASSES}}
    counted: dict[str, Any] = studies.filter(patient_id=patient_id, issuer_of_patient_id=issuer).aggregate(
        studies=Count("pk"), series=Sum("series_count"), instances=Sum("instance_count")
    )
    names = {PATIENT_STUDIES: "studies", PATIENT_SERIES: "series", PATIENT_INSTANCES: "instances"}
    return {tag: {"vr": "IS", "Value": [counted[name] or 0]} for tag, name in names.items()}
