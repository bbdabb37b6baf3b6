"""What an exam waits for, in one sentence: the newest problem, else what a higher slice knows, else what its state says."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imaging.common.formats import duration
from imaging.orders.models import EventCategory, Exam, ExamEvent
from imaging.orders.states import ENDED, MOMENTS, ExamState
from imaging.orders.timeline import sentence


@dataclass(frozen=True)
class Awaited:
    """`kind` is a notice colour: "" (calm), ok, warn or danger. `url` and `verb`: the act that frees it, where a page has one."""

    title: str
    text: str = ""
    kind: str = ""
    url: str = ""
    verb: str = ""


Reason = Callable[[Exam], Awaited | None]
_reasons: list[Reason] = []

NEXT: dict[str, tuple[str | Promise, str | Promise]] = {
    ExamState.ORDERED: (gettext_lazy("Waits to be booked"), gettext_lazy("The front desk books a room and a time.")),
    ExamState.SCHEDULED: (gettext_lazy("Booked; the patient is awaited"), gettext_lazy("The front desk checks the patient in on arrival.")),
    ExamState.ARRIVED: (gettext_lazy("The patient is here and waits"), gettext_lazy("A technologist of the room calls and starts.")),
    ExamState.IN_PROGRESS: (gettext_lazy("The exam is running"), gettext_lazy("The scanner or the technologist ends it.")),
    ExamState.COMPLETED: (gettext_lazy("Waits for a reader"), gettext_lazy("A resident or a radiologist begins the report.")),
    ExamState.READING: (gettext_lazy("The report is being written"), gettext_lazy("The reader submits or signs it.")),
    ExamState.PRELIMINARY: (gettext_lazy("Waits for the signature"), gettext_lazy("A radiologist checks and signs the report.")),
    ExamState.FINAL: (gettext_lazy("Finished: the report is signed"), gettext_lazy("Nothing is awaited.")),
    ExamState.ADDENDED: (gettext_lazy("Finished: the report has an addendum"), gettext_lazy("Nothing is awaited.")),
}
# Waiting longer than this is said as being stuck.
PATIENCE: dict[str, dt.timedelta] = {
    ExamState.ORDERED: dt.timedelta(hours=4),
    ExamState.ARRIVED: dt.timedelta(minutes=40),
    ExamState.IN_PROGRESS: dt.timedelta(minutes=90),
    ExamState.COMPLETED: dt.timedelta(hours=6),
    ExamState.READING: dt.timedelta(hours=4),
    ExamState.PRELIMINARY: dt.timedelta(hours=12),
}


def reason_register(find: Reason) -> None:
    """Let a higher slice say what an exam waits for; the first one that answers is shown."""
    _reasons.append(find)


def since(exam: Exam) -> dt.datetime | None:
    """When the exam reached its present state."""
    return getattr(exam, MOMENTS.get(exam.state, "ordered_at"))


def awaited(exam: Exam) -> Awaited:
    """The one sentence on top of the time-line."""
    if exam.state in ENDED:
        word = _("Cancelled") if exam.state == ExamState.CANCELLED else _("Discontinued")
        return Awaited(f"{word}: {exam.reason_ended}" if exam.reason_ended else word, _("Nothing is awaited."))
    found = _problem(exam) or next((said for reason in _reasons if (said := reason(exam)) is not None), None)
    return found or _by_state(exam)


def _problem(exam: Exam) -> Awaited | None:
    """The newest problem, when nothing but problems came after it was last told that things go on."""
    last = ExamEvent.objects.filter(exam=exam).order_by("-at", "-id").first()
    if last is None or last.category != EventCategory.PROBLEM:
        return None
    return Awaited(sentence(last), _("Since %(time)s.") % {"time": duration(timezone.now() - last.at)}, "warn")


def _by_state(exam: Exam) -> Awaited:
    title, text = NEXT[exam.state]
    begun = since(exam)
    waited = timezone.now() - begun if begun else dt.timedelta()
    if exam.state in PATIENCE and waited > PATIENCE[exam.state]:
        stuck = _("%(what)s: for %(time)s now") % {"what": title, "time": duration(waited)}
        return Awaited(stuck, str(text), "warn")
    return Awaited(str(title), str(text), "ok" if exam.state in {ExamState.FINAL, ExamState.ADDENDED} else "")
