"""What the pages of exams show: rows with the patient as the reader may see them, the lane of states, the lines with their gaps."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import pgettext

from imaging.common.cards import PatientCard
from imaging.common.formats import duration, local_text
from imaging.orders.models import Exam, ExamEvent
from imaging.orders.states import ENDED, MOMENTS, WAY, ExamState
from imaging.orders.timeline import KINDS, sentence
from imaging.patients.cards import Eyes, SeenPatient


@dataclass(frozen=True)
class ExamRow:
    """A row of a list: templates read the patient from `seen`, never from the exam."""

    exam: Exam
    seen: SeenPatient


@dataclass(frozen=True)
class Stop:
    """One state on the lane: `ring` is its mark, `css` done, here or to_come, `took` the time since the stop before."""

    word: str
    ring: str
    css: str
    at: dt.datetime | None
    took: str


@dataclass(frozen=True)
class Line:
    event: ExamEvent
    text: str
    icon: str
    gap: str


def rows_of(eyes: Eyes, exams: Iterable[Exam]) -> list[ExamRow]:
    return [ExamRow(exam, eyes.see(exam.patient, exam)) for exam in exams]


def exam_card(eyes: Eyes, exam: Exam) -> PatientCard:
    """The banner of an exam's page."""
    return eyes.card(
        exam.patient, exam, exam=local_text(exam.procedure), accession_number=exam.accession_number, state=exam.state,
        exam_date=exam.started_at or exam.ordered_at,
    )  # fmt: skip


def moment_of(exam: Exam, state: str) -> dt.datetime | None:
    return exam.ordered_at if state == ExamState.ORDERED else getattr(exam, MOMENTS[state]) if state in MOMENTS else None


def lane(exam: Exam) -> list[Stop]:
    """The way of the exam: what is behind it with times, what is to come; an ended exam's lane ends there."""
    states: list[str] = [*WAY, ExamState.ADDENDED] if exam.state == ExamState.ADDENDED else list(WAY)
    if exam.state in ENDED:
        states = [state for state in WAY if moment_of(exam, state)] + [exam.state]
    reached, stops, before = states.index(exam.state), [], None
    for position, state in enumerate(states):
        at = moment_of(exam, state) if position <= reached else None
        took = _short(at - before) if at and before and at >= before else ""
        css = "done" if position < reached else "here" if position == reached else "to_come"
        stops.append(Stop(str(ExamState(state).label), state if position <= reached else "to_come", css, at, took))
        before = at or before
    return stops


def _short(gap: dt.timedelta) -> str:
    """A gap between two moments; those under a minute in seconds."""
    seconds = max(int(gap.total_seconds()), 0)
    return pgettext("duration", "%(n)s s") % {"n": seconds} if seconds < 60 else duration(gap)


def lines(events: Iterable[ExamEvent]) -> list[Line]:
    """Events newest first, each with the time since the one before it. Give them oldest first."""
    shown: list[Line] = []
    before: ExamEvent | None = None
    for event in events:
        gap = f"+{_short(event.at - before.at)}" if before else ""
        shown.append(Line(event, sentence(event), KINDS[event.kind].icon, gap))
        before = event
    return shown[::-1]
