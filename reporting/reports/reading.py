"""The reading list: what waits for a report, what comes first, and how long is left."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from imaging.access.models import User
from imaging.orders.models import Exam, Priority
from imaging.orders.selectors import exams_visible_to
from imaging.orders.states import PERFORMED, ExamState
from imaging.patients.cards import Eyes, SeenPatient
from reporting.reports.deadlines import reading_due_at, reading_minutes
from reporting.reports.models import Report
from reporting.reports.selectors import ImageCount, images_of_all, taken_by

OPEN = (ExamState.COMPLETED, ExamState.READING, ExamState.PRELIMINARY)
MOST_ROWS = 500
RANK = {Priority.STAT: 0, Priority.URGENT: 1, Priority.ROUTINE: 2}
SOON = dt.timedelta(hours=1)
HALF, LATE = 50, 90


@dataclass(frozen=True)
class ReadingRow:
    """One exam of the list, as this reader may see it."""

    exam: Exam
    card: SeenPatient
    report: Report | None
    images: ImageCount
    priors: int
    due_at: dt.datetime | None
    left: dt.timedelta
    used: int
    mine: bool

    @property
    def is_late(self) -> bool:
        return self.left < dt.timedelta(0)

    @property
    def level(self) -> str:
        """How pressing the deadline is: nothing, `half` or `late`."""
        return "late" if self.used >= LATE else "half" if self.used >= HALF else ""

    @property
    def is_free(self) -> bool:
        """Whether a reader can begin at once."""
        return self.exam.state == ExamState.COMPLETED

    @property
    def held_by_other(self) -> bool:
        return bool(self.report and self.report.locked_by_id) and not self.mine

    @property
    def to_sign(self) -> bool:
        return self.exam.state == ExamState.PRELIMINARY

    @property
    def is_soon(self) -> bool:
        return self.left < SOON

    def holds(self, words: Iterable[str]) -> bool:
        """Whether every word is in what the row shows."""
        exam, card = self.exam, self.card
        shown = [exam.accession_number, exam.modality, exam.procedure.name, exam.procedure.name_zh]
        if not card.hidden:
            shown += [card.name, card.name_ideographic, card.number, exam.order.reason, exam.order.referring_department]
        text = " ".join(shown).lower()
        return all(word in text for word in words)


def open_rows(user: User) -> list[ReadingRow]:
    """Everything that waits for a report or a signature and exists for `user`: by priority, then by what is due first.

    Bounded by the work that is open, not by the archive; beyond MOST_ROWS the oldest come.
    """
    exams = exams_visible_to(user).filter(state__in=OPEN)
    return sorted(_rows(user, exams.order_by("completed_at")[:MOST_ROWS]), key=_place)


def signed_today(user: User) -> list[ReadingRow]:
    """What `user` signed since midnight, the newest first."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    signed = Report.objects.filter(versions__signer=user, versions__signed_at__gte=midnight).values("exam")
    seen = exams_visible_to(user).filter(pk__in=signed)
    return _rows(user, seen.order_by("-final_at")[:MOST_ROWS])


def reading_row(user: User, accession: str) -> ReadingRow | None:
    """One exam as a row, for the panel beside the list; None when it does not exist for `user`."""
    found = _rows(user, exams_visible_to(user).filter(accession_number=accession))
    return found[0] if found else None


def next_to_read(user: User) -> Exam | None:
    """The exam that comes next for `user`: one sent back to them or left open by them, else the first free one whose images are in."""
    rows = open_rows(user)
    sent_back = [row for row in rows if row.mine and row.report and row.report.sent_back_reason]
    ready = [row for row in rows if row.is_free and row.images.held and not row.images.are_coming]
    waiting = [row for row in rows if row.is_free]
    return next((row.exam for row in [*sent_back, *ready, *waiting]), None)


def waiting_count(user: User) -> int:
    """For the rail's badge: exams that nobody reads yet."""
    return exams_visible_to(user).filter(state=ExamState.COMPLETED)[:100].count()


def _place(row: ReadingRow) -> tuple[int, dt.datetime]:
    return RANK.get(Priority(row.exam.priority), 2), row.due_at or timezone.now()


def _rows(user: User, exams: QuerySet[Exam]) -> list[ReadingRow]:
    found = list(exams.select_related("patient", "procedure", "order", "reader"))
    eyes, images, priors = Eyes(user), images_of_all(found), _priors(user, found)
    reports = {report.exam_id: report for report in Report.objects.filter(exam__in=found).select_related("author", "locked_by")}
    return [_row(user, exam, eyes, images[exam.pk], priors.get(exam.patient_id, 1) - 1, reports.get(exam.pk)) for exam in found]


def _row(user: User, exam: Exam, eyes: Eyes, images: ImageCount, priors: int, report: Report | None) -> ReadingRow:
    due_at = reading_due_at(exam)
    left = (due_at - timezone.now()) if due_at else dt.timedelta(0)
    whole = dt.timedelta(minutes=reading_minutes(exam))
    used = max(0, min(100, round(100 * (1 - left / whole)))) if due_at else 0
    mine = exam.reader_id == user.pk or bool(report and report.locked_by_id == user.pk)
    return ReadingRow(
        exam=exam, card=eyes.see(exam.patient, exam), report=report, images=images, priors=max(0, priors), due_at=due_at, left=left,
        used=used, mine=mine,
    )  # fmt: skip


def _priors(user: User, exams: list[Exam]) -> dict[int, int]:
    """How many performed exams each patient has, this one among them; of protected patients only those that `user` has taken."""
    patients = {exam.patient_id for exam in exams}
    performed = Exam.objects.filter(patient__in=patients, state__in=PERFORMED)
    seen = performed.filter(Q(patient__is_protected=False) | taken_by(user))
    return dict(seen.values_list("patient").annotate(exams=Count("pk", distinct=True)).order_by())


VIEWS = ("open", "mine", "sign", "due", "signed")


def in_view(rows: list[ReadingRow], view: str) -> list[ReadingRow]:
    """The rows of one tab."""
    keep = {
        "mine": lambda row: row.mine,
        "sign": lambda row: row.to_sign,
        "due": lambda row: row.is_soon,
    }.get(view)
    return [row for row in rows if keep(row)] if keep else rows
