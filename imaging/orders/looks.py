"""Every look at an exam is recorded (promise 6)."""

from imaging.access.audit import audit_look
from imaging.access.models import User
from imaging.orders.models import Exam
from imaging.patients.cards import Eyes


def audit_exam_look(*, user: User, exam: Exam, door: str) -> None:
    """Record that `user` opens `exam`, and whether they saw whose it is."""
    masked = Eyes(user).see(exam.patient, exam).hidden
    about = {"accession_number": exam.accession_number, "patient_number": exam.patient.number}
    audit_look(user=user, act="exam.view", door=door, key=exam.accession_number, masked=masked, **about)
