"""The reading list: what waits for a report, what comes first, and how long is left."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from imaging.access.models import User
from imaging.archive.completeness import ImagesHere, ImagesState, images_here
from imaging.archive.selectors import studies_visible_to
from imaging.orders.models import Exam, Priority
from imaging.orders.selectors import exams_visible_to
from imaging.orders.states import PERFORMED, ExamState
from imaging.patients.cards import Eyes, SeenPatient
from reporting.deadlines.selectors import Deadline, Deadlines, deadlines_now
from reporting.reading.filters import DUE_WITHIN, ListFilter
from reporting.reading.models import LateImages
from reporting.reading.selectors import MOST_LATE, late_images_for, late_images_of
from reporting.reports.actions.holding import is_abandoned
from reporting.reports.handing import offers_by_exam
from reporting.reports.models import HandOver, Report
from reporting.reports.selectors import taken_by

OPEN = (ExamState.COMPLETED, ExamState.READING, ExamState.PRELIMINARY)
MOST_ROWS = 500
RANK = {Priority.STAT: 0, Priority.URGENT: 1, Priority.ROUTINE: 2}
SOON = dt.timedelta(hours=1)
HALF, LATE = 50, 90
NONE_LEFT = dt.timedelta(0)


@dataclass(frozen=True)
class ReadingRow:
    """One exam of the list, as this reader may see it."""

    exam: Exam
    card: SeenPatient
    report: Report | None
    images: ImagesHere
    priors: int
    deadline: Deadline | None
    mine: bool
    late_images: LateImages | None = None
    offer: HandOver | None = None
    is_offered: bool = False
    """Whether somebody hands it to this reader."""

    @property
    def due_at(self) -> dt.datetime | None:
        return self.deadline.due_at if self.deadline else None

    @property
    def left(self) -> dt.timedelta:
        return self.deadline.left if self.deadline else NONE_LEFT

    @property
    def used(self) -> int:
        return self.deadline.used if self.deadline else 0

    @property
    def is_late(self) -> bool:
        return self.left < NONE_LEFT

    @property
    def level(self) -> str:
        """How pressing the deadline is: nothing, `half`, `late`, or `over`."""
        return "over" if self.is_late else "late" if self.used >= LATE else "half" if self.used >= HALF else ""

    @property
    def is_free(self) -> bool:
        """Whether a reader can begin at once."""
        return self.exam.state == ExamState.COMPLETED

    @property
    def held_by_other(self) -> bool:
        return bool(self.report and self.report.locked_by_id) and not self.mine

    @property
    def is_abandoned(self) -> bool:
        return bool(self.report and self.held_by_other and is_abandoned(self.report))

    @property
    def to_sign(self) -> bool:
        return self.exam.state == ExamState.PRELIMINARY

    @property
    def is_soon(self) -> bool:
        return self.left < SOON

    @property
    def is_sent_back(self) -> bool:
        return self.mine and bool(self.report and self.report.sent_back_reason)

    def holds(self, words: Iterable[str]) -> bool:
        """Whether every word is in what the row shows."""
        exam, card = self.exam, self.card
        shown = [exam.accession_number, exam.modality, exam.procedure.name, exam.procedure.name_zh]
        if not card.hidden:
            shown += [card.name, card.name_ideographic, card.number, exam.order.reason, exam.order.referring_department]
        text = " ".join(shown).lower()
        return all(word in text for word in words)

    def fits(self, asked: ListFilter) -> bool:
        """What only the row can tell; the database was asked the rest."""
        states, spans = asked.chosen.get("images"), asked.chosen.get("due")
        return (
            (states is None or (not self.card.hidden and self.images.state in states))
            and (spans is None or any(self.is_due_within(span) for span in spans))
            and self.holds(asked.words)
        )

    def is_due_within(self, span: str) -> bool:
        """Whether it is due within one of the spans of a filter; what is overdue is."""
        return self.left < DUE_WITHIN.get(span, NONE_LEFT)


def open_rows(user: User, asked: ListFilter | None = None) -> list[ReadingRow]:
    """What waits for a report or a signature, exists for `user` and fits `asked`: overdue, then by priority, then what is due first.

    Bounded by the work that is open, not by the archive; of more than MOST_ROWS those with priority come, then the oldest.
    """
    asked = asked or ListFilter()
    return sorted((row for row in _rows(user, _open_exams(user, asked)[:MOST_ROWS]) if row.fits(asked)), key=_place)


def is_cut(user: User, asked: ListFilter) -> bool:
    """Whether more is open than `open_rows` looks through."""
    return _open_exams(user, asked)[MOST_ROWS : MOST_ROWS + 1].exists()


def _open_exams(user: User, asked: ListFilter) -> QuerySet[Exam]:
    rank = Case(*(When(priority=priority, then=Value(place)) for priority, place in RANK.items()), default=2, output_field=IntegerField())
    return _seen(user, asked).filter(state__in=OPEN).order_by(rank, "completed_at", "pk")


def signed_rows(user: User, asked: ListFilter | None = None) -> list[ReadingRow]:
    """What `user` signed since midnight, the newest first."""
    asked = asked or ListFilter()
    return [row for row in _rows(user, signed_today(user, asked).order_by("-final_at")[:MOST_ROWS]) if row.fits(asked)]


def signed_today(user: User, asked: ListFilter) -> QuerySet[Exam]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    signed = Report.objects.filter(versions__signer=user, versions__signed_at__gte=midnight).values("exam")
    return _seen(user, asked).filter(pk__in=signed)


def late_rows(user: User, asked: ListFilter | None = None) -> list[ReadingRow]:
    """Signed exams with images that came later: those that `user` signed first, then the oldest."""
    asked = asked or ListFilter()
    keys = list(late_images_for(user).values_list("exam", flat=True)[:MOST_LATE])
    rows = [row for row in _rows(user, _seen(user, asked).filter(pk__in=keys)) if row.late_images and row.fits(asked)]
    return sorted(rows, key=lambda row: (row.late_images.signer_id != user.pk, keys.index(row.exam.pk)) if row.late_images else (True, 0))


def rows_in_view(user: User, asked: ListFilter) -> list[ReadingRow]:
    """The rows that the list shows."""
    if asked.view == "signed":
        return signed_rows(user, asked)
    return late_rows(user, asked) if asked.view == "late" else in_view(open_rows(user, asked), asked.view)


def reading_row(user: User, accession: str) -> ReadingRow | None:
    """One exam as a row, for the panel beside the list; None when it does not exist for `user`."""
    found = _rows(user, exams_visible_to(user).filter(accession_number=accession))
    return found[0] if found else None


def following(waiting: list[ReadingRow], asked: ListFilter, after: str = "") -> Iterator[Exam]:
    """Of what is open, the exams that come next in this list, but for `after` (an accession number): what was sent back to the reader,
    then what is free and has its images, then what is free."""
    rows = [row for row in in_view(waiting, asked.view) if row.exam.accession_number != after and not row.held_by_other]
    yield from (row.exam for row in rows if row.is_sent_back)
    wanted = [row for row in rows if not row.is_sent_back and _is_wanted(row, asked.view)]
    yield from (row.exam for row in wanted if _is_ready(row))
    yield from (row.exam for row in wanted if not _is_ready(row))


def _is_wanted(row: ReadingRow, view: str) -> bool:
    """Whether somebody who works through this list reads it: what waits for a signature is asked for by its own list."""
    if view == "sign":
        return row.to_sign
    return row.is_free or (view == "mine" and row.mine and row.exam.state == ExamState.READING)


def next_to_read(user: User, asked: ListFilter | None = None, after: str = "") -> Exam | None:
    """The exam that comes next for `user`; see `following`."""
    asked = asked or ListFilter()
    return next(following(open_rows(user, asked), asked, after), None)


def waiting_count(user: User) -> int:
    """For the rail's badge: exams that nobody reads yet."""
    return exams_visible_to(user).filter(state=ExamState.COMPLETED)[:100].count()


def in_view(rows: list[ReadingRow], view: str) -> list[ReadingRow]:
    """The rows of one tab of what is open."""
    keep = {
        "mine": lambda row: row.mine or row.is_offered,
        "sign": lambda row: row.to_sign,
        "due": lambda row: row.is_soon,
    }.get(view)
    return [row for row in rows if keep(row)] if keep else rows


def _is_ready(row: ReadingRow) -> bool:
    return row.images.held > 0 and row.images.state in {ImagesState.COMPLETE, ImagesState.UNTOLD, ImagesState.STOPPED}


def _place(row: ReadingRow) -> tuple[bool, int, dt.datetime]:
    return not row.is_late, RANK.get(Priority(row.exam.priority), 2), row.due_at or timezone.now()


def _seen(user: User, asked: ListFilter) -> QuerySet[Exam]:
    asks = asked.asks(user)
    exams = exams_visible_to(user)
    return exams.filter(pk__in=Exam.objects.filter(asks).values("pk")) if "site" in asked.chosen else exams.filter(asks)


def _rows(user: User, exams: QuerySet[Exam]) -> list[ReadingRow]:
    found = list(exams.select_related("patient", "procedure", "order", "reader"))
    eyes, images, priors = Eyes(user), images_here(found), _priors(user, found)
    reports = {report.exam_id: report for report in Report.objects.filter(exam__in=found).select_related("author", "locked_by")}
    late, deadlines, offers = late_images_of(found), deadlines_now(), offers_by_exam(found)
    rows = [
        _row(user, exam, eyes, deadlines, images[exam.pk], priors.get(exam.patient_id, 1) - 1, reports.get(exam.pk), late.get(exam.pk))
        for exam in found
    ]
    return [_offered(user, row, offers[row.exam.pk]) if row.exam.pk in offers else row for row in rows]


def _offered(user: User, row: ReadingRow, offer: HandOver) -> ReadingRow:
    return replace(row, offer=offer, is_offered=offer.taker_id == user.pk)


def _row(
    user: User, exam: Exam, eyes: Eyes, deadlines: Deadlines, images: ImagesHere, priors: int, report: Report | None,
    late: LateImages | None,
) -> ReadingRow:  # fmt: skip
    mine = exam.reader_id == user.pk or bool(report and report.locked_by_id == user.pk)
    return ReadingRow(
        exam=exam, card=eyes.see(exam.patient, exam), report=report, images=images, priors=max(0, priors), deadline=deadlines.of(exam),
        mine=mine, late_images=late,
    )  # fmt: skip


def _priors(user: User, exams: list[Exam]) -> dict[int, int]:
    """How many performed exams each patient has, this one among them, and studies that belong to no exam; of protected patients only
    those that `user` has taken."""
    patients = {exam.patient_id for exam in exams}
    performed = Exam.objects.filter(patient__in=patients, state__in=PERFORMED)
    seen = performed.filter(Q(patient__is_protected=False) | taken_by(user))
    found = Counter(dict(seen.values_list("patient").annotate(exams=Count("pk", distinct=True)).order_by()))
    only_images = studies_visible_to(user).filter(matched_patient__in=patients, exam=None)
    found.update(dict(only_images.values_list("matched_patient").annotate(studies=Count("pk", distinct=True)).order_by()))
    return found
