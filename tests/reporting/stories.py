"""Exams ready to be read, for the tests of reporting."""

import itertools

from django.utils import timezone

from imaging.access.models import User
from imaging.archive.models import MatchState, Study
from imaging.common.dicom import uid_new
from imaging.orders.models import Exam, Order, Priority, Procedure
from imaging.orders.states import ExamState
from imaging.patients.models import Patient, PatientClass
from reporting.deadlines.defaults import rows
from reporting.deadlines.models import DeadlineRule
from reporting.reports.models import Report
from reporting.reports.services import draft_save, report_open, report_submit
from reporting.subspecialties.defaults import rows as subspecialties_begun
from reporting.subspecialties.models import Subspecialty
from tests import people

_numbers = itertools.count(1)
FINDINGS = "No intracranial haemorrhage."
IMPRESSION = "Normal CT of the head."


def finished_exam(patient: Patient | None = None, procedure: Procedure | None = None, **order_fields: object) -> Exam:
    """An exam that has just ended; by default a plain CT of the head of Mrs Lin."""
    number = next(_numbers)
    chosen = procedure or people.ct_head()
    who = patient or Patient.objects.filter(number="00482913").first() or people.lin_mei_hua()
    fields = {"referrer": people.clinician(), "referrer_name": "Dr CHEN Wei", "reason": "Fall, GCS 13", **order_fields}
    order = Order.objects.create(patient=who, filler_number=f"F{number:06d}", ordered_at=timezone.now(), **fields)
    return Exam.objects.create(
        order=order, patient=who, procedure=chosen, department=chosen.department, modality=chosen.modality,
        accession_number=f"CT261122{number:05d}", study_instance_uid=uid_new(), requested_procedure_id=f"RP{number}",
        state=ExamState.COMPLETED, priority=order.priority, performer=people.technologist(),
        ordered_at=timezone.now(), started_at=timezone.now(), completed_at=timezone.now(),
    )  # fmt: skip


def deadlines() -> None:
    """The rules that a new installation begins with."""
    DeadlineRule.objects.all().delete()
    DeadlineRule.objects.bulk_create(DeadlineRule(**values) for values in rows())


def subspecialties() -> None:
    """Those that a new installation begins with."""
    Subspecialty.objects.all().delete()
    Subspecialty.objects.bulk_create(Subspecialty(**values) for values in subspecialties_begun())


def emergency_exam() -> Exam:
    return finished_exam(patient_class=PatientClass.EMERGENCY, priority=Priority.STAT)


def with_images(exam: Exam, count: int = 120) -> Study:
    now = timezone.now()
    return Study.objects.create(
        study_instance_uid=exam.study_instance_uid, exam=exam, matched_patient=exam.patient, match_state=MatchState.MATCHED,
        accession_number=exam.accession_number, series_count=1, instance_count=count, first_received_at=now, last_received_at=now,
    )  # fmt: skip


def texts(findings: str = FINDINGS, impression: str = IMPRESSION) -> dict[str, str]:
    return {"findings": findings, "impression": impression}


def written(exam: Exam, user: User, **kwargs: str) -> Report:
    """A report that `user` has opened and written completely."""
    report = report_open(exam=exam, user=user, language="en")
    return draft_save(report=report, user=user, revision=report.draft_revision, texts=texts(**kwargs))


def preliminary(exam: Exam, user: User) -> Report:
    report = written(exam, user)
    report_submit(report=report, user=user)
    report.refresh_from_db()
    return report
