"""By when a report is due: a table by class of patient and kind of exam (settings READING_MINUTES), some of it in working hours."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from imaging.orders.models import Exam, Priority
from imaging.patients.models import PatientClass

CLASS_WORDS = {
    PatientClass.EMERGENCY: "emergency",
    PatientClass.INPATIENT: "inpatient",
    PatientClass.OUTPATIENT: "outpatient",
    PatientClass.CHECKUP: "checkup",
}
PLAIN = frozenset({"CR", "DX", "MG", "RF", "IO", "PX"})
CROSS = frozenset({"CT", "MR"})
COMPLEX = frozenset({"PT", "NM", "XA"})
LONGEST_DAYS = 60


def reading_class(exam: Exam) -> str:
    """The row of the table: STAT is an emergency wherever the patient is, and urgent outranks an ordinary class."""
    patient_class = CLASS_WORDS.get(PatientClass(exam.order.patient_class), "outpatient")
    if exam.priority == Priority.STAT or patient_class == "emergency":
        return "emergency"
    return "urgent" if exam.priority == Priority.URGENT else patient_class


def exam_kind(modality: str) -> str:
    """The column of the table."""
    for word, modalities in (("plain", PLAIN), ("cross", CROSS), ("complex", COMPLEX)):
        if modality in modalities:
            return word
    return "other"


def reading_due_at(exam: Exam) -> dt.datetime | None:
    """When the report of a completed exam is due; None before the exam has ended."""
    if exam.completed_at is None:
        return None
    row, column = reading_class(exam), exam_kind(exam.modality)
    minutes = settings.READING_MINUTES[row][column]
    if (row, column) in settings.READING_WORKING_TIME:
        return add_working_minutes(exam.completed_at, minutes)
    return exam.completed_at + dt.timedelta(minutes=minutes)


def reading_minutes(exam: Exam) -> int:
    """How long the reader has in all; what is left is shown as a part of it."""
    return settings.READING_MINUTES[reading_class(exam)][exam_kind(exam.modality)]


def add_working_minutes(start: dt.datetime, minutes: int) -> dt.datetime:
    """`start` and so many minutes of the department's working hours later, in the hospital's time zone."""
    moment, left = timezone.localtime(start), dt.timedelta(minutes=minutes)
    for _day in range(LONGEST_DAYS):
        opens, closes = _hours(moment)
        begin = max(moment, opens)
        if moment.weekday() in settings.WORKING_DAYS and begin < closes:
            if begin + left <= closes:
                return begin + left
            left -= closes - begin
        moment = (opens + dt.timedelta(days=1)).replace(hour=0)
    return moment


def _hours(moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    opens, closes = settings.WORKING_HOURS
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.replace(hour=opens), midnight + dt.timedelta(hours=closes)
