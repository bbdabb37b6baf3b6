"""How complete the images of an exam are, from what is known: what the device says that it made (MPPS), what is here by series, and what
the device was told when it asked whether its images are safe (storage commitment). A pause makes nothing complete; what the device
announced is missing once it has ended the exam and been silent for IMAGES_MISSING_MINUTES, and an exam that it never ended is over after
IMAGES_STOPPED_HOURS of silence."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Func, IntegerField, Q, TextChoices
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from imaging.archive.corrections.selectors import images_corrected
from imaging.archive.models import CommitmentExam, Series, Study
from imaging.orders.models import Exam
from imaging.scheduling.models import PerformedStatus, PerformedStep

_asks_storing: list[Callable[[], set[str]]] = []


def storing_register(ask: Callable[[], set[str]]) -> None:
    """`ask` gives the AE titles of devices that are sending an object right now; for doors above the archive."""
    _asks_storing.append(ask)


class ImagesState(TextChoices):
    """`UNTOLD`: images are here, and the device said neither how many there are nor whether they are all. `STOPPED`: it began the
    exam, never ended it, and has sent nothing for hours."""

    NONE = "none", pgettext_lazy("images", "None yet")
    ARRIVING = "arriving", pgettext_lazy("images", "Arriving")
    MISSING = "missing", pgettext_lazy("images", "Missing")
    STOPPED = "stopped", pgettext_lazy("images", "Stopped sending")
    UNTOLD = "untold", pgettext_lazy("images", "Not told")
    COMPLETE = "complete", pgettext_lazy("images", "Complete")


class ArrayLength(Func):
    """How long a JSON list is, counted by the database: the list of images of a large exam is never loaded."""

    function = "json_array_length"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="jsonb_array_length", **context)


@dataclass
class SeriesHere:
    """One series that the device announced. `number` is known once something of it is here."""

    uid: str
    announced: int
    description: str = ""
    held: int = 0
    number: int | None = None

    @property
    def lacking(self) -> int:
        return max(0, self.announced - self.held)


@dataclass
class ImagesHere:
    """The images of one exam. `held`: shown in the archive; `corrected`: rejected or given elsewhere, so that they came; `plain`:
    announced by devices that told no series; `stations`: AE titles of the devices; `last_at`: when images came last, or the device said
    that it began or ended; `is_sending`: that is not long ago, or an image is on its way; `has_stopped`: it never ended, and has long been
    silent."""

    held: int = 0
    corrected: int = 0
    plain: int = 0
    series: list[SeriesHere] = field(default_factory=list)
    stations: set[str] = field(default_factory=set)
    is_running: bool = False
    is_sending: bool = False
    has_stopped: bool = False
    last_at: dt.datetime | None = None
    asked: int = 0
    unsafe: int = 0

    @property
    def announced(self) -> int:
        """How many the device says that it made; 0: it did not say."""
        return self.plain + sum(one.announced for one in self.series)

    @property
    def lacking(self) -> int:
        """Series by series: a surplus in one hides nothing that another lacks."""
        by_series = sum(one.lacking for one in self.series)
        elsewhere = self.held - sum(min(one.held, one.announced) for one in self.series)
        return max(0, by_series + max(0, self.plain - elsewhere) - self.corrected)

    @property
    def incomplete_series(self) -> list[SeriesHere]:
        return [one for one in self.series if one.lacking]

    @property
    def is_safe(self) -> bool:
        """Whether the device asked for all that is here, and was told that it is safe."""
        return 0 < self.held <= self.asked - self.unsafe

    @property
    def are_coming(self) -> bool:
        return self.lacking > 0 or self.is_running or self.has_stopped

    @property
    def state(self) -> ImagesState:
        if self.lacking and self.unsafe:
            return ImagesState.MISSING
        if self.is_running or (self.lacking and self.is_sending):
            return ImagesState.ARRIVING
        if self.lacking and (self.held or self.corrected):
            return ImagesState.MISSING
        if not self.held:
            return ImagesState.COMPLETE if self.corrected else ImagesState.NONE
        if self.has_stopped:
            return ImagesState.STOPPED
        return ImagesState.COMPLETE if self.announced or self.is_safe else ImagesState.UNTOLD


def images_here(exams: Iterable[Exam]) -> dict[int, ImagesHere]:
    """The images of each exam, by exam id: five queries however many exams, one more where any lack; no image is counted one by one."""
    by_uid = {exam.study_instance_uid: exam.pk for exam in exams}
    found = {key: ImagesHere() for key in by_uid.values()}
    held = _held(by_uid, found)
    _add_announced(by_uid, found, held)
    _add_silence(found.values())
    for key, number in images_corrected(list(found)).items():
        found[key].corrected = number or 0
    for exam_id, asked, unsafe in CommitmentExam.objects.filter(exam__in=found).values_list("exam_id", "asked", "unsafe"):
        found[exam_id].asked += asked
        found[exam_id].unsafe += unsafe
    _add_senders([one for one in found.values() if one.lacking])
    return found


def _add_silence(all_found: Iterable[ImagesHere]) -> None:
    """How long nothing was heard of an exam decides whether more of it is to be expected."""
    now = timezone.now()
    pause, longest = dt.timedelta(minutes=settings.IMAGES_MISSING_MINUTES), dt.timedelta(hours=settings.IMAGES_STOPPED_HOURS)
    for one in all_found:
        silent = now - one.last_at if one.last_at else dt.timedelta()
        one.has_stopped = one.is_running and silent >= longest
        one.is_running &= not one.has_stopped
        one.is_sending |= bool(one.held) and silent < pause


def _heard(one: ImagesHere, *moments: dt.datetime | None) -> None:
    """A device's clock may be ahead of ours."""
    now = timezone.now()
    one.last_at = max((min(moment, now) for moment in (one.last_at, *moments) if moment), default=None)


def _add_senders(lacking: list[ImagesHere]) -> None:
    """One large object takes longer than images need to settle."""
    storing = {title for ask in _asks_storing for title in ask()} if lacking else set()
    for one in lacking:
        one.is_sending |= not one.stations.isdisjoint(storing)


def _held(by_uid: dict[str, int], found: dict[int, ImagesHere]) -> dict[tuple[int, str], tuple[int | None, int]]:
    """Counts what studies hold; gives (number, images) of each series by exam and by the UID that it has, or came with."""
    exam_of: dict[int, int] = {}
    studies = Study.objects.filter(Q(exam__in=found) | Q(exam=None, study_instance_uid__in=by_uid))
    columns = ("pk", "exam_id", "study_instance_uid", "instance_count", "has_news", "last_received_at")
    for pk, exam_id, uid, count, has_news, last_at in studies.values_list(*columns):
        key = exam_id if exam_id in found else by_uid.get(uid)
        if key is not None:
            exam_of[pk] = key
            found[key].held += count
            found[key].is_sending |= has_news
            _heard(found[key], last_at)
    rows = Series.objects.filter(study__in=exam_of, rejection=None)
    names = ("study_id", "series_instance_uid", "received__series_instance_uid", "series_number", "instance_count")
    series: dict[tuple[int, str], tuple[int | None, int]] = {}
    for study, uid, received, number, count in rows.values_list(*names):
        series[exam_of[study], received or uid] = (number, count)
    return series


def _add_announced(by_uid: dict[str, int], found: dict[int, ImagesHere], held: dict[tuple[int, str], tuple[int | None, int]]) -> None:
    steps = PerformedStep.objects.filter(study_instance_uid__in=by_uid).annotate(images=ArrayLength("image_uids"))
    series: defaultdict[int, dict[str, SeriesHere]] = defaultdict(dict)
    names = ("study_instance_uid", "station_ae_title", "status", "announced_series", "images", "created_at", "ended_at")
    for uid, station, status, told, images, *moments in steps.values_list(*names):
        key = by_uid[uid]
        found[key].stations.add(station)
        _heard(found[key], *moments)
        found[key].is_running |= status == PerformedStatus.IN_PROGRESS
        if told is None:
            found[key].plain += images
        for one in told or []:
            here = series[key].setdefault(one["uid"], SeriesHere(one["uid"], 0, one["description"]))
            here.announced += one["images"]
            here.number, here.held = held.get((key, one["uid"]), (None, 0))
    for key, rows in series.items():
        found[key].series = list(rows.values())


def images_of(exam: Exam) -> ImagesHere:
    """The images of one exam."""
    return images_here([exam])[exam.pk]
