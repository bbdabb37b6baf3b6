"""By when a report is due: the rules of the department, some of them in working hours.

A rule that names the modality goes before one that does not; of several that fit, the earliest deadline counts.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.policy import Person, require
from imaging.access.roles import Act
from imaging.common.errors import NotFound
from imaging.orders.models import Exam, Priority
from imaging.patients.models import PatientClass
from reporting.deadlines.models import DeadlineRule

CLASS_WORDS = {
    PatientClass.EMERGENCY: "emergency",
    PatientClass.INPATIENT: "inpatient",
    PatientClass.OUTPATIENT: "outpatient",
    PatientClass.CHECKUP: "checkup",
}
KINDS = {
    "plain": ("DX", "CR", "MG", "RF", "IO", "PX"),
    "cross": ("CT", "MR"),
    "complex": ("PT", "NM", "XA"),
}
LONGEST_DAYS = 150  # the longest rule, counted in working hours
DELETED_SHOWN = 10


def reading_class(exam: Exam) -> str:
    """The class by which turnaround is counted: STAT is an emergency wherever the patient is, and urgent outranks an ordinary class."""
    patient_class = CLASS_WORDS.get(PatientClass(exam.order.patient_class), "outpatient")
    if exam.priority == Priority.STAT or patient_class == "emergency":
        return "emergency"
    return "urgent" if exam.priority == Priority.URGENT else patient_class


def exam_kind(modality: str) -> str:
    """The kind of exam by which turnaround is counted."""
    return next((kind for kind, modalities in KINDS.items() if modality in modalities), "other")


@dataclass(frozen=True)
class Deadline:
    """When the report of an exam is due, and by which rule (None: no rule fits)."""

    due_at: dt.datetime
    begins_at: dt.datetime
    rule: DeadlineRule | None

    @property
    def left(self) -> dt.timedelta:
        return self.due_at - timezone.now()

    @property
    def used(self) -> int:
        """How much of the time is gone, in percent, up to 100."""
        return max(0, min(100, round(100 * (1 - self.left / (self.due_at - self.begins_at)))))


class Deadlines:
    """The rules as they are now: read once, asked for each exam of a list."""

    def __init__(self, rules: Iterable[DeadlineRule]) -> None:
        self._rules = [(rule, frozenset(rule.modalities.split())) for rule in rules]

    def of(self, exam: Exam) -> Deadline | None:
        """The deadline of a completed exam; None before the exam has ended."""
        if exam.completed_at is None:
            return None
        rules = self._fitting(exam.order.patient_class, exam.priority, exam.modality)
        found = [Deadline(due_after(exam.completed_at, rule), exam.completed_at, rule) for rule in rules]
        otherwise = Deadline(exam.completed_at + dt.timedelta(minutes=settings.READING_MINUTES), exam.completed_at, None)
        return min(found, key=lambda deadline: deadline.due_at, default=otherwise)

    def due_at(self, exam: Exam) -> dt.datetime | None:
        deadline = self.of(exam)
        return deadline.due_at if deadline else None

    def minutes_of(self, word: str, kind: str) -> int:
        """How long a class and kind of exam has, as `reading_class` and `exam_kind` name them: what figures are compared with."""
        priority = Priority.URGENT if word == "urgent" else Priority.ROUTINE
        patient_class = next((value for value, name in CLASS_WORDS.items() if name == word), PatientClass.OUTPATIENT)
        found = self._fitting(patient_class, priority, KINDS.get(kind, ("",))[0])
        return min((rule.minutes for rule in found), default=settings.READING_MINUTES)

    def _fitting(self, patient_class: str, priority: str, modality: str) -> list[DeadlineRule]:
        fitting = [
            (rule, named)
            for rule, named in self._rules
            if rule.patient_class in {"", patient_class} and rule.priority in {"", priority} and (not named or modality in named)
        ]
        return [rule for rule, named in fitting if named] or [rule for rule, _named in fitting]


def deadlines_now() -> Deadlines:
    """The rules in force: one query."""
    return Deadlines(DeadlineRule.objects.filter(deleted_at=None))


def reading_due_at(exam: Exam) -> dt.datetime | None:
    """When the report of one completed exam is due; a list asks `deadlines_now` once."""
    return deadlines_now().due_at(exam)


def rules_shown(user: Person) -> QuerySet[DeadlineRule]:
    """The rules in force, by patient type, priority and modality. Raises Forbidden."""
    require(user, Act.READING_SETUP)
    return DeadlineRule.objects.filter(deleted_at=None).select_related("author").order_by("-patient_class", "priority", "-modalities")


def rules_deleted(user: Person) -> QuerySet[DeadlineRule]:
    """Those that were deleted last. Raises Forbidden."""
    require(user, Act.READING_SETUP)
    return DeadlineRule.objects.exclude(deleted_at=None).select_related("author").order_by("-deleted_at")[:DELETED_SHOWN]


def rule_for(user: Person, pk: int, *, is_deleted: bool = False) -> DeadlineRule:
    """One rule. Raises Forbidden, NotFound."""
    require(user, Act.READING_SETUP)
    found = DeadlineRule.objects.filter(pk=pk, deleted_at__isnull=not is_deleted).first()
    if found is None:
        raise NotFound(_("There is no such rule."))
    return found


def due_after(start: dt.datetime, rule: DeadlineRule) -> dt.datetime:
    """The deadline that `rule` gives an exam that ended at `start`."""
    if rule.in_working_time:
        return add_working_minutes(start, rule.minutes)
    return start + dt.timedelta(minutes=rule.minutes)


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
