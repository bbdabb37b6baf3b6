"""Where corrected series go: a study of an exam, of a patient, or one that is there; and what its images say from then on."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from imaging.archive.intake.values import Json
from imaging.archive.models import MatchState, Study
from imaging.archive.queue.reconcile import patient_differences
from imaging.archive.search.name_words import names_index
from imaging.archive.search.query_keys import STUDY_KEYS, Kind
from imaging.common.dicom import uid_new
from imaging.orders.models import Exam
from imaging.patients.models import Patient

# What a study says of itself that its images say too; times and descriptions of an order are not taken for those of the images.
SAID = tuple(key for key in STUDY_KEYS if key.kind not in {Kind.COUNT, Kind.CODES})
PERSON = ("patient_id", "issuer_of_patient_id", "patient_name", "patient_birth_date", "patient_sex")


@dataclass(frozen=True)
class Target:
    """One of them: a study that holds images, an exam, a patient without an order for these images, or a new study of whose they are."""

    study: Study | None = None
    exam: Exam | None = None
    patient: Patient | None = None
    is_new: bool = False

    @property
    def owner(self) -> Patient | None:
        """Whose the images are from then on; None for a study that is matched to nobody."""
        if self.exam is not None:
            return self.exam.patient
        return self.patient or (self.study.matched_patient if self.study else None)


def target_keys(target: Target) -> list[int]:
    """The key of the study that `target` means, when it is there already."""
    if target.study is not None:
        return [target.study.pk]
    uid = target.exam.study_instance_uid if target.exam else ""
    return list(Study.objects.filter(study_instance_uid=uid).values_list("pk", flat=True)) if uid else []


def study_of(target: Target, source: Study) -> Study:
    """The study that `target` means, locked; made when it is not there. What is said of it when it is made comes from exam and patient."""
    if target.study is not None:
        return Study.objects.select_for_update().get(pk=target.study.pk)
    exam, patient = target.exam, target.owner
    uid = exam.study_instance_uid if exam else uid_new()
    fields = _fields(source, exam, patient)
    found = Study.objects.select_for_update().filter(study_instance_uid=uid).first()
    if found is None:
        found = Study.objects.create(study_instance_uid=uid, **fields)
    elif found.instance_count == 0:
        Study.objects.filter(pk=found.pk).update(**fields)
        found.refresh_from_db()
    names_index(found)
    return found


def _fields(source: Study, exam: Exam | None, patient: Patient | None) -> dict[str, Any]:
    """Columns of a new study: day and time are those of the images, everything else is the order's and the patient's."""
    same_person = patient is None or (patient == source.matched_patient and not patient_differences(source, patient))
    fields: dict[str, Any] = {
        **({name: getattr(source, name) for name in PERSON} if same_person or patient is None else _person(patient)),
        "accession_number": exam.accession_number if exam else "",
        "study_id": exam.requested_procedure_id if exam else "",
        "study_date": source.study_date,
        "study_time": source.study_time,
        "study_description": exam.procedure.name[:64] if exam else source.study_description if same_person else "",
        "referring_physician_name": _as_name(exam.order.referrer_name)[:194] if exam else "",
        "matched_patient": patient or source.matched_patient,
        "exam": exam,
        "match_state": _state(exam, patient or source.matched_patient),
        "first_received_at": source.first_received_at,
        "last_received_at": timezone.now(),
    }
    return {**fields, "attributes": _attributes(fields)}


def _state(exam: Exam | None, patient: Patient | None) -> MatchState:
    if exam is not None:
        return MatchState.MATCHED
    return MatchState.PATIENT if patient is not None else MatchState.UNMATCHED


def _person(patient: Patient) -> dict[str, Any]:
    groups = (patient.name, patient.name_ideographic)
    return {
        "patient_id": patient.number,
        "issuer_of_patient_id": "",
        "patient_name": "=".join(groups).rstrip("=")[:194],
        "patient_birth_date": patient.birth_date,
        "patient_sex": patient.sex if patient.sex in {"F", "M", "O"} else "",
    }


def _as_name(text: str) -> str:
    """A name written by people as a PN: carets and backslashes would split it."""
    return " ".join(text.replace("^", " ").replace("\\", " ").replace("=", " ").split())


def _request(exam: Exam) -> Json:
    """The order as the images name it: Request Attributes Sequence (PS3.3 C.7.3.1)."""
    return {
        "00080050": _element("SH", exam.accession_number),
        "0020000D": _element("UI", exam.study_instance_uid),
        "00321060": _element("LO", exam.procedure.name[:64]),
        "00401001": _element("SH", exam.requested_procedure_id),
    }


def _attributes(fields: dict[str, Any]) -> Json:
    return {key.tag: _element(key.vr, fields.get(key.path)) for key in SAID if key.path in fields}


def _element(vr: str, value: Any) -> Json:
    if value in (None, ""):
        return {"vr": vr}
    if vr == "PN":
        groups = zip(("Alphabetic", "Ideographic", "Phonetic"), str(value).split("="), strict=False)
        return {"vr": vr, "Value": [{name: text for name, text in groups if text}]}
    formats = {"DA": "%Y%m%d", "TM": "%H%M%S"}
    return {"vr": vr, "Value": [value.strftime(formats[vr]) if vr in formats else str(value)]}


def overlay_of(study: Study) -> Json:
    """What images say once they are part of `study`: its patient, its study and its order, not those that they were sent with."""
    told = _attributes({key.path: getattr(study, key.path) for key in SAID})
    if study.exam is None:
        return told
    return {**told, "00400275": {"vr": "SQ", "Value": [_request(study.exam)]}}
