"""The technologist's list: the day's steps of the rooms, grouped by room and by what is going on in it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imaging.access.models import User
from imaging.common.cards import Safety
from imaging.common.formats import clinical_time, duration
from imaging.orders.models import Exam, Priority
from imaging.orders.states import PERFORMED, ExamState
from imaging.patients.cards import Eyes, SeenPatient
from imaging.scheduling.free import NIGHT, day_bounds, raster
from imaging.scheduling.models import Room, ScheduledStep, StepStatus
from imaging.scheduling.selectors import steps_visible_to

MOST_ROWS = 1000
WAITS_LONG = dt.timedelta(minutes=40)
RANK = {Priority.STAT: 0, Priority.URGENT: 1, Priority.ROUTINE: 2}


@dataclass(frozen=True)
class Tab:
    key: str
    label: str | Promise
    states: frozenset[ExamState]
    days: int = 0


GOING_ON = frozenset({ExamState.SCHEDULED, ExamState.ARRIVED, ExamState.IN_PROGRESS, ExamState.ORDERED})
ENDED_HERE = frozenset(PERFORMED) | {ExamState.DISCONTINUED}
TABS = (
    Tab("now", gettext_lazy("Now"), GOING_ON),
    Tab("room", gettext_lazy("In the room"), frozenset({ExamState.IN_PROGRESS})),
    Tab("done", gettext_lazy("Done today"), ENDED_HERE),
    Tab("tomorrow", gettext_lazy("Tomorrow"), GOING_ON, days=1),
    Tab("today", gettext_lazy("All today"), GOING_ON | ENDED_HERE),
)
BUCKETS: tuple[tuple[frozenset[ExamState], str | Promise], ...] = (
    (frozenset({ExamState.IN_PROGRESS}), gettext_lazy("in the room")),
    (frozenset({ExamState.ARRIVED}), gettext_lazy("waiting")),
    (frozenset({ExamState.SCHEDULED, ExamState.ORDERED}), gettext_lazy("to come")),
    (ENDED_HERE, gettext_lazy("ended")),
)


@dataclass(frozen=True)
class StepRow:
    """A row of the list; templates read the patient from `seen`, never from the exam."""

    step: ScheduledStep
    exam: Exam
    seen: SeenPatient
    waiting: str
    is_late: bool
    tags: tuple[Safety, ...]
    mine: bool

    @property
    def words(self) -> str:
        """What a filter looks in: nothing of a masked patient."""
        exam, seen = self.exam, self.seen
        shown = "" if seen.hidden else f"{seen.name} {seen.name_ideographic} {seen.number}".replace("^", " ")
        return f"{shown} {exam.accession_number} {exam.queue_number} {exam.procedure.name} {exam.procedure.name_zh}".lower()


@dataclass(frozen=True)
class Group:
    room: Room
    bucket: str
    rows: list[StepRow]


@dataclass(frozen=True)
class Chip:
    """A room to be put on the list or taken off it; `codes` are the rooms shown then."""

    room: Room
    is_on: bool
    codes: list[str]


def room_chips(every: Sequence[Room], chosen: Sequence[Room], everywhere: bool) -> list[Chip]:
    """One for each room. From the list of all rooms, and from that of this room alone, a chip leads to the one room."""
    shown = [] if everywhere else [room.code for room in chosen]
    return [Chip(room, room in chosen, _toggled(shown, room.code) or [room.code]) for room in every]


def _toggled(shown: list[str], code: str) -> list[str]:
    return [one for one in shown if one != code] if code in shown else [*shown, code]


def move_time(step: ScheduledStep | None) -> dt.datetime:
    """Where the form for moving a booking begins: at its own time, or now when that is over."""
    now = raster(timezone.localtime())
    return max(timezone.localtime(step.starts_at), now) if step else now


def tab_of(key: str) -> Tab:
    return next((tab for tab in TABS if tab.key == key), TABS[0])


def steps_of(user: User, tab: Tab, rooms: Sequence[Room]) -> list[ScheduledStep]:
    """The steps of the tab's day in `rooms`, the newest booking of each exam; what began yesterday and still runs as well,
    and before midnight what the night brings."""
    begin, end = day_bounds(timezone.localdate() + dt.timedelta(days=tab.days))
    end = max(end, timezone.now() + NIGHT) if tab.key == "now" else end
    in_day = Q(starts_at__gte=begin, starts_at__lt=end)
    if not tab.days:
        in_day |= Q(status__in=[StepStatus.STARTED, StepStatus.ARRIVED], starts_at__gte=begin - dt.timedelta(days=2), starts_at__lt=begin)
    rows = steps_visible_to(user).filter(in_day, room__in=rooms, exam__state__in=tab.states).exclude(status=StepStatus.CANCELLED)
    newest = {step.exam_id: step for step in rows.order_by("pk")[:MOST_ROWS]}
    return list(newest.values())


def groups_of(user: User, tab: Tab, rooms: Sequence[Room], text: str = "") -> list[Group]:
    """The list as it is shown; `text` narrows it to names, numbers and procedures that hold it."""
    eyes, now = Eyes(user), timezone.now()
    rows = [row_of(eyes, step, now) for step in steps_of(user, tab, rooms)]
    rows = [row for row in rows if text.lower() in row.words] if text else rows
    rows.sort(key=_order)
    parts = groupby(rows, key=lambda row: (row.step.room.code, _bucket(row.exam)))
    return [_group(bucket, list(members)) for (_code, bucket), members in parts]


def _group(bucket: int, rows: list[StepRow]) -> Group:
    return Group(rows[0].step.room, str(BUCKETS[bucket][1]), rows)


def _order(row: StepRow) -> tuple[str, int, int, dt.datetime]:
    begun = row.exam.arrived_at or row.step.starts_at
    return row.step.room.code, _bucket(row.exam), RANK[Priority(row.exam.priority)], begun


def _bucket(exam: Exam) -> int:
    return next(position for position, (states, _word) in enumerate(BUCKETS) if exam.state in states)


def row_of(eyes: Eyes, step: ScheduledStep, now: dt.datetime) -> StepRow:
    """One row of a list of steps, as its reader may see it."""
    exam = step.exam
    seen = eyes.see(exam.patient, exam)
    waiting, is_late = _waiting(exam, step, now)
    return StepRow(step, exam, seen, waiting, is_late, tuple(_tags(eyes, exam, seen)), exam.performer_id == eyes.user.pk)


def _waiting(exam: Exam, step: ScheduledStep, now: dt.datetime) -> tuple[str, bool]:
    if exam.state == ExamState.ARRIVED and exam.arrived_at:
        waited = now - exam.arrived_at
        return duration(waited), waited > WAITS_LONG
    if exam.state == ExamState.IN_PROGRESS:
        return _("since %(time)s") % {"time": clinical_time(exam.started_at)}, False
    if exam.state in GOING_ON:
        return _("due %(time)s") % {"time": clinical_time(step.starts_at)}, False
    return clinical_time(exam.completed_at or exam.ended_at), False


def _tags(eyes: Eyes, exam: Exam, seen: SeenPatient) -> Iterable[Safety]:
    if exam.performer is not None and exam.state in GOING_ON:
        name = _("taken by you") if exam.performer_id == eyes.user.pk else exam.performer.label
        yield Safety(name, "accent", "hand")
    if not seen.hidden:
        yield from safety_of(exam, seen)


def safety_of(exam: Exam, seen: SeenPatient) -> Iterable[Safety]:
    """What to mind before the start, from the patient's record and the questions asked at the desk."""
    answers = exam.order.safety
    if exam.procedure.uses_contrast and (seen.allergies or answers.get("contrast_reaction") == "yes"):
        yield Safety(_("contrast"), "danger", "triangle-alert")
    if exam.modality == "MR" and answers.get("implant") == "yes":
        yield Safety(_("implant"), "danger", "triangle-alert")
    if answers.get("pregnant") in {"yes", "unknown"}:
        yield Safety(_("pregnant?"), "warn", "circle-help")
    if seen.is_unidentified:
        yield Safety(_("identity not known"), "warn", "user-x")
    if exam.order.patient_class == "E":
        yield Safety(_("emergency"), "slate", "bed")
