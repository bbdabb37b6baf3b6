"""The patient banner of a study, also of one that is matched to nobody yet."""

from imaging.archive.models import Study
from imaging.common.cards import PatientCard
from imaging.common.dicom import name_parse
from imaging.common.formats import local_text


class SentPatient:
    """The patient as the sender wrote it, for a study that is matched to nobody yet."""

    is_protected = False
    allergies = ""
    allergies_asked_at = None
    weight_kg = None

    def __init__(self, study: Study) -> None:
        name = name_parse(study.patient_name)
        self.name, self.name_ideographic = name.alphabetic, name.ideographic
        self.is_unidentified = not str(name)
        self.sex, self.birth_date, self.number = study.patient_sex, study.patient_birth_date, study.patient_id


def card_of(study: Study) -> PatientCard:
    exam = study.exam
    return PatientCard(
        patient=study.matched_patient or SentPatient(study),
        exam_date=study.study_date,
        exam=local_text(exam.procedure) if exam else study.study_description,
        accession_number=exam.accession_number if exam else study.accession_number,
        state=exam.state if exam else "",
        place=exam.order.referring_department if exam else "",
    )
