"""Both sides of a question of matching beside each other: what the images say, and what the exam says that may be meant."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from imaging.archive.models import Study
from imaging.archive.queue.proposals import Proposal
from imaging.archive.queue.reconcile import patient_differences
from imaging.archive.queue.selectors import FIELDS, Side
from imaging.common.dicom import name_parse
from imaging.common.formats import clinical_date, clinical_time, local_text, person_name
from imaging.common.formats import sex as sex_word
from imaging.patients.cards import SeenPatient

Line = tuple[str, str, str, bool]


def sides_of(study: Study, proposal: Proposal | None) -> list[Side]:
    """One line for each attribute. Of a patient whom the reader may not know, the second side stays empty."""
    lines = [*_person(study, proposal), *_order(study, proposal)]
    return [Side(label, first, second, differs and bool(first and second)) for label, first, second, differs in lines]


class _Sent:
    """The name as the images have it, for the formats that take a patient."""

    def __init__(self, study: Study) -> None:
        name = name_parse(study.patient_name)
        self.name, self.name_ideographic, self.is_unidentified = name.alphabetic, name.ideographic, False


def _person(study: Study, proposal: Proposal | None) -> Iterable[Line]:
    seen: SeenPatient | None = proposal.patient if proposal and not proposal.patient.hidden else None
    differs = patient_differences(study, proposal.exam.patient) if proposal and seen else []
    first = {
        "patient_id": study.patient_id,
        "patient_name": person_name(_Sent(study)) if study.patient_name else "",
        "patient_birth_date": _day(study.patient_birth_date),
        "patient_sex": sex_word(study.patient_sex) if study.patient_sex else "",
    }
    second = {
        "patient_id": seen.number,
        "patient_name": person_name(seen),
        "patient_birth_date": _day(seen.birth_date),
        "patient_sex": sex_word(seen.sex) if seen.sex else "",
    } if seen else {}  # fmt: skip
    return [(str(FIELDS[name]), text, second.get(name, ""), name in differs) for name, text in first.items()]


def _order(study: Study, proposal: Proposal | None) -> Iterable[Line]:
    exam = proposal.exam if proposal else None
    rows = study.series.filter(rejection=None).values_list("station_name", "body_part_examined")
    stations, bodies = ({value for value in column if value} for column in zip(*rows, strict=True)) if rows else (set(), set())
    accession, uid, body = (exam.accession_number, exam.study_instance_uid, exam.procedure.body_part) if exam else ("", "", "")
    other_kind = exam is not None and bool(study.modalities) and exam.modality not in study.modalities
    return [
        (str(FIELDS["accession_number"]), study.accession_number, accession, study.accession_number != accession),
        (_("Modality"), ", ".join(study.modalities), exam.modality if exam else "", other_kind),
        (_("Exam"), study.study_description, local_text(exam.procedure) if exam else "", False),
        (_("Body part"), ", ".join(sorted(bodies)), body, body.upper() not in {part.upper() for part in bodies}),
        (_("Taken, and planned"), _moment(study.study_date, study.study_time), _planned(proposal), False),
        (_("Device"), ", ".join(sorted(stations)), "", False),
        (str(FIELDS["study_instance_uid"]), study.study_instance_uid, uid, False),
    ]


def _day(day: dt.date | None) -> str:
    return clinical_date(day) if day else ""


def _moment(day: dt.date | None, time: dt.time | None) -> str:
    return f"{_day(day)} {clinical_time(time)}".strip()


def _planned(proposal: Proposal | None) -> str:
    exam = proposal.exam if proposal else None
    moment = (exam.started_at or exam.scheduled_at or exam.ordered_at) if exam else None
    return f"{clinical_date(moment)} {clinical_time(moment)}" if moment else ""
