"""Every look at a report is recorded (promise 6)."""

from imaging.access.audit import audit_look
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.orders.models import Exam


def audit_report_look(*, user: User, exam: Exam, door: str) -> None:
    """Record that `user` reads the report of `exam`, once in a while for the same door."""
    audit_look(
        user=user, act=Act.REPORT_VIEW.value, door=door, key=exam.accession_number, patient_number=exam.patient.number,
        accession_number=exam.accession_number, study_instance_uid=exam.study_instance_uid,
    )  # fmt: skip
