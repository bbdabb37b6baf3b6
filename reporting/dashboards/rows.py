"""The exams behind a figure as a table: accession numbers, places, staff and moments; never a patient."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.common.formats import clinical_moment, local_text, written_name
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.scheduling.models import Room
from reporting.dashboards.periods import Period
from reporting.dashboards.selectors import exams_behind
from reporting.dashboards.tables import Column, Row, Table

LISTED_ROWS = 500


def _between(start: Any, end: Any) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds() / 60


def _row(exam: Exam, rooms: dict[int, Room]) -> Row:
    room = rooms.get(getattr(exam, "room_id", 0) or 0)
    waited = _between(exam.arrived_at, exam.started_at or (timezone.now() if exam.state == ExamState.ARRIVED else None))
    return Row(
        [
            exam.accession_number, local_text(exam.procedure), exam.modality, local_text(exam.department), local_text(room) if room else "",
            exam.performer.label if exam.performer else "", exam.reader.label if exam.reader else "",
            written_name(exam.order.referrer_name), ExamState(exam.state).label,
            clinical_moment(exam.completed_at) if exam.completed_at else "", waited,
            _between(exam.completed_at, exam.final_at),
        ]
    )  # fmt: skip


def rows_table(*, user: Person, what: str, period: Period, dimension: str, key: str, hour: str = "") -> tuple[Table, bool]:
    """At most `LISTED_ROWS` exams, and whether there are more."""
    found = exams_behind(user=user, what=what, period=period, dimension=dimension, key=key, hour=hour)
    exams = list(found[: LISTED_ROWS + 1])
    rooms = Room.objects.in_bulk({exam.room_id for exam in exams if exam.room_id})  # type: ignore[attr-defined]
    columns = [
        Column(_("Accession no."), "text"), Column(_("Exam"), "text"), Column(_("Modality"), "text"), Column(_("Department"), "text"),
        Column(_("Room"), "text"), Column(_("Technologist"), "text"), Column(_("Reader"), "text"), Column(_("Referrer"), "text"),
        Column(_("State"), "text"), Column(_("Completed"), "text"), Column(_("Waited"), "minutes"), Column(_("Report time"), "minutes"),
    ]  # fmt: skip
    return Table(columns, [_row(exam, rooms) for exam in exams[:LISTED_ROWS]]), len(exams) > LISTED_ROWS
