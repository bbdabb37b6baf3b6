"""One day counted from its exams, signed reports and charges: three indexed reads, bounded by the day. Reads only."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from imaging.access.models import User
from imaging.orders.models import Department, Exam
from imaging.orders.states import PERFORMED, ExamState
from imaging.scheduling.models import TAKES_ROOM, Room, ScheduledStep
from reporting.billing.models import Charge, Payment, Refund
from reporting.billing.money import ZERO, cents
from reporting.billing.selectors import day_bounds
from reporting.dashboards.histogram import counted
from reporting.dashboards.models import DailyFigure, Dimension
from reporting.deadlines.selectors import Deadlines, deadlines_now, exam_kind, reading_class

# The way of an exam in steps, each from one moment to a later one; the last of `TO_IMAGES` is the day it counts on, likewise signing.
TO_IMAGES = {
    "ordered_scheduled": ("ordered_at", "scheduled_at"),
    "scheduled_arrived": ("scheduled_at", "arrived_at"),
    "arrived_started": ("arrived_at", "started_at"),
    "started_completed": ("started_at", "completed_at"),
}
TO_REPORT = {
    "completed_preliminary": ("completed_at", "preliminary_at"),
    "preliminary_final": ("preliminary_at", "final_at"),
    "completed_final": ("completed_at", "final_at"),
    "ordered_final": ("ordered_at", "final_at"),
}
STEPS = (*TO_IMAGES, *TO_REPORT)
SIGNED = frozenset({ExamState.FINAL, ExamState.ADDENDED})
MOMENTS = ("ordered_at", "scheduled_at", "arrived_at", "started_at", "completed_at", "preliminary_at", "final_at")
EXAM_FIELDS = (
    "id", *MOMENTS, "modality", "priority", "department_id", "performer_id", "reader_id", "order__patient_class",
    "order__referrer_name", "room_id",
)  # fmt: skip
LONGEST_STAY = dt.timedelta(hours=12)

Row = dict[str, Any]
Member = tuple[str, str]


@dataclass
class Tally:
    """What is being counted for one member of one dimension."""

    exams: int = 0
    reports: int = 0
    on_time: int = 0
    charged: Decimal = ZERO
    insurance: Decimal = ZERO
    exam_hours: Counter[str] = field(default_factory=Counter)
    minute_hours: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    spans: defaultdict[str, list[dt.timedelta]] = field(default_factory=lambda: defaultdict(list))


def with_room(exams: Any) -> Any:
    """The room in which each exam was done, as `room_id`: that of its last step that took one."""
    steps = ScheduledStep.objects.filter(exam=OuterRef("pk"), status__in=TAKES_ROOM).order_by("-starts_at")
    return exams.annotate(room_id=Subquery(steps.values("room_id")[:1]))


def exams_completed(start: dt.datetime, end: dt.datetime) -> Any:
    """Exams whose work ended in the span."""
    return Exam.objects.filter(completed_at__gte=start, completed_at__lt=end, state__in=PERFORMED)


def exams_signed(start: dt.datetime, end: dt.datetime) -> Any:
    """Exams whose report was signed in the span."""
    return Exam.objects.filter(final_at__gte=start, final_at__lt=end, state__in=SIGNED)


def as_exam(row: Row) -> Exam:
    """What the deadline table asks of an exam, from a plain row."""
    order = SimpleNamespace(patient_class=row["order__patient_class"])
    return cast(
        Exam, SimpleNamespace(completed_at=row["completed_at"], modality=row["modality"], priority=row["priority"], order=order)
    )  # fmt: skip


def class_key(row: Row) -> str:
    exam = as_exam(row)
    return f"{reading_class(exam)}.{exam_kind(exam.modality)}"


def is_on_time(row: Row, deadlines: Deadlines) -> bool:
    due = deadlines.due_at(as_exam(row))
    return due is not None and row["final_at"] <= due


def members(row: Row) -> Iterator[Member]:
    """Every member of every dimension to which an exam belongs."""
    yield Dimension.ALL, ""
    yield Dimension.DEPARTMENT, str(row["department_id"])
    yield Dimension.MODALITY, row["modality"]
    yield Dimension.ROOM, str(row["room_id"] or "")
    yield Dimension.PERFORMER, str(row["performer_id"] or "")
    yield Dimension.READER, str(row["reader_id"] or "")
    yield Dimension.REFERRER, row["order__referrer_name"]
    yield Dimension.CLASS, class_key(row)


def span_of(row: Row, ends: tuple[str, str]) -> dt.timedelta | None:
    start, end = row[ends[0]], row[ends[1]]
    return None if start is None or end is None or end < start else end - start


def hour_of(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment).hour:02d}"


def minutes_by_hour(start: dt.datetime | None, end: dt.datetime) -> Iterator[tuple[str, float]]:
    """How much of each hour of the day an exam took; one that seems to have lasted half a day is not believed."""
    if start is None or not dt.timedelta(0) <= end - start <= LONGEST_STAY:
        return
    at = start
    while at < end:
        local = timezone.localtime(at)
        next_hour = at + dt.timedelta(minutes=60 - local.minute, seconds=-local.second, microseconds=-local.microsecond)
        stop = min(next_hour, end)
        yield f"{local.hour:02d}", (stop - at).total_seconds() / 60
        at = stop


def _add_exam(tally: Tally, row: Row) -> None:
    tally.exams += 1
    tally.exam_hours[hour_of(row["completed_at"])] += 1
    for hour, minutes in minutes_by_hour(row["started_at"], row["completed_at"]):
        tally.minute_hours[hour] += minutes
    for step, ends in TO_IMAGES.items():
        if (span := span_of(row, ends)) is not None:
            tally.spans[step].append(span)


def _add_report(tally: Tally, row: Row, on_time: bool) -> None:
    tally.reports += 1
    tally.on_time += on_time
    for step, ends in TO_REPORT.items():
        if (span := span_of(row, ends)) is not None:
            tally.spans[step].append(span)


def _charge_row(charge: Row) -> Row:
    """A charge as an exam's row, with where and by whom the charged work was done."""
    names = ("modality", "priority", "order__patient_class", "order__referrer_name", "reader_id", "completed_at")
    plain = {name: charge[f"exam__{name}"] for name in names}
    return plain | {name: charge[name] for name in ("department_id", "room_id", "performer_id")}


CHARGE_FIELDS = (
    "amount", "insurance_amount", "department_id", "room_id", "performer_id", "exam__modality", "exam__priority",
    "exam__order__patient_class", "exam__order__referrer_name", "exam__reader_id", "exam__completed_at",
)  # fmt: skip


def day_tallies(day: dt.date) -> dict[Member, Tally]:
    """Everything that is counted by member of a dimension on one day."""
    start, end = day_bounds(day)
    tallies: defaultdict[Member, Tally] = defaultdict(Tally)
    for row in with_room(exams_completed(start, end)).values(*EXAM_FIELDS).iterator(2000):
        for member in members(row):
            _add_exam(tallies[member], row)
    deadlines = deadlines_now()
    for row in with_room(exams_signed(start, end)).values(*EXAM_FIELDS).iterator(2000):
        on_time = is_on_time(row, deadlines)
        for member in members(row):
            _add_report(tallies[member], row, on_time)
    for charge in Charge.objects.filter(posted_at__gte=start, posted_at__lt=end).values(*CHARGE_FIELDS).iterator(2000):
        for member in members(_charge_row(charge)):
            tallies[member].charged += charge["amount"]
            tallies[member].insurance += charge["insurance_amount"]
    return tallies


def _labels(tallies: dict[Member, Tally]) -> dict[Member, tuple[str, str]]:
    """The names of departments, rooms and people that were met, in both languages."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for dimension, key in tallies:
        wanted[dimension].add(key)
    places: dict[str, Any] = {Dimension.DEPARTMENT: Department, Dimension.ROOM: Room}
    found = {
        (dimension, str(thing.pk)): (thing.name, thing.name_zh)
        for dimension, model in places.items()
        for thing in model.objects.filter(pk__in=wanted[dimension] - {""})
    }
    people = User.objects.in_bulk([int(key) for key in (wanted[Dimension.PERFORMER] | wanted[Dimension.READER]) - {""}])
    for dimension in (Dimension.PERFORMER, Dimension.READER):
        found |= {(dimension, str(pk)): (user.label, "") for pk, user in people.items()}
    return found


def _money_moved(day: dt.date) -> dict[str, Decimal]:
    start, end = day_bounds(day)
    taken = Payment.objects.filter(received_at__gte=start, received_at__lt=end).values_list("amount", flat=True)
    back = Refund.objects.filter(refunded_at__gte=start, refunded_at__lt=end).values_list("amount", flat=True)
    return {"taken": cents(sum(taken, ZERO)), "given_back": cents(sum(back, ZERO))}


def day_figures(day: dt.date) -> list[DailyFigure]:
    """The day's figures, not saved. There is always one for the whole of it, so that an empty day is known to be counted."""
    tallies = day_tallies(day)
    tallies.setdefault((Dimension.ALL, ""), Tally())
    labels = _labels(tallies)
    figures = [_figure(day, member, tally, labels.get(member, (member[1], ""))) for member, tally in tallies.items()]
    for figure in figures:
        if figure.dimension == Dimension.ALL:
            moved = _money_moved(day)
            figure.taken, figure.given_back = moved["taken"], moved["given_back"]
    return figures


def _figure(day: dt.date, member: Member, tally: Tally, label: tuple[str, str]) -> DailyFigure:
    return DailyFigure(
        day=day, dimension=member[0], key=member[1], label=label[0], label_zh=label[1], exams=tally.exams, reports=tally.reports,
        on_time=tally.on_time, charged=tally.charged, insurance=tally.insurance,
        exam_hours=dict(tally.exam_hours), minute_hours={hour: round(minutes, 2) for hour, minutes in tally.minute_hours.items()},
        spans={step: counted(spans) for step, spans in tally.spans.items()},
    )  # fmt: skip
