"""What the storage pages show: counted days, open rows and capped lists; nothing here grows with the archive."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import Person, may, require
from imaging.access.roles import Act
from imaging.archive.life.days import Growth, full_on, growth, held_by_tier
from imaging.archive.life.models import (
    OPEN_TASKS,
    DeletionItem,
    DeletionProposal,
    Duty,
    ItemState,
    LegalHold,
    ProposalState,
    StorageFinding,
    StorageRule,
    StudyTask,
    TaskState,
)
from imaging.archive.life.work import COMPRESSED_DUTY
from imaging.archive.models import Study
from imaging.archive.places import FAST, Room, places
from imaging.archive.selectors import protected_behind, study_for
from imaging.common.errors import NotFound
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for
from imaging.patients.cards import Eyes
from imaging.patients.selectors import patient_by_number

SHOWN = 100
NEARLY_FULL, SOON_DAYS = 85, 90


@dataclass(frozen=True)
class ShownTier:
    """A tier with what lies there, how full it is, and when it will be."""

    name: str
    is_fast: bool
    is_reached: bool
    room: Room
    held: dict[str, int]
    bytes_a_day: int
    full_on: dt.date | None

    @property
    def used(self) -> int:
        """Of the place as a whole where it can be asked, else what our images take."""
        if self.room.total is not None and self.room.free is not None:
            return self.room.total - self.room.free
        return self.held.get("bytes", 0)

    @property
    def percent(self) -> int | None:
        return round(100 * self.used / self.room.total) if self.room.total else None

    @property
    def advice(self) -> str:
        """What to do about it; empty while nothing needs to be done."""
        if not self.is_reached:
            return _("This tier does not answer. Images on it cannot be seen until it does: look at its mount or its service.")
        if (self.percent or 0) >= NEARLY_FULL:
            return _("Nearly full. Move older studies to another tier by a rule, compress, or give it more room.")
        return ""


def tiers_shown() -> list[ShownTier]:
    """Every tier that is set up, and those that images still name."""
    held, daily = held_by_tier(), sum(row.bytes_a_day for row in growth())
    found = []
    for name, place in places().items():
        try:
            room, reached = place.room(), True
            place.paths("", 1)
        except OSError:
            room, reached = Room(None, None), False
        mine = held.pop(name, {})
        free = room.free if room.free is not None else room.total - mine.get("bytes", 0) if room.total else None
        rate = daily if name == FAST else 0
        found.append(ShownTier(name, name == FAST, reached, room, mine, rate, full_on(free, rate)))
    return found + [ShownTier(name, False, False, Room(None, None), mine, 0, None) for name, mine in held.items()]


def growth_shown() -> list[Growth]:
    return growth()


def savings() -> dict[str, Any]:
    """What compression has brought so far."""
    figures = Duty.objects.filter(name=COMPRESSED_DUTY).values_list("figures", flat=True).first() or {}
    before, after = figures.get("before", 0), figures.get("after", 0)
    return {"objects": figures.get("objects", 0), "before": before, "after": after, "saved": before - after,
        "ratio": round(before / after, 2) if after else None, "percent": round(100 * after / before) if before else None}  # fmt: skip


def duties() -> dict[str, Duty]:
    return {row.name: row for row in Duty.objects.filter(name__in=("fixity", "orphans", "rules", "tasks", "days"))}


@dataclass(frozen=True)
class ShownStudy:
    """A study in a list, as far as this person may know whose it is."""

    study: Study
    label: str
    number: str
    is_masked: bool
    accession_number: str = ""


def studies_shown(user: Person, studies: Iterable[Study]) -> dict[int, ShownStudy]:
    """By key. Names only to who may look for patients; a protected patient's number is nowhere in it."""
    rows = list(studies)
    behind, eyes, names = protected_behind(rows), Eyes(user), may(user, Act.PATIENT_FIND)
    return {study.pk: _shown(study, behind.get(study.pk) or study.matched_patient, eyes, names) for study in rows}


def _shown(study: Study, patient: Any, eyes: Eyes, names: bool) -> ShownStudy:
    unnamed = ShownStudy(study, "", "", False)
    if patient is None:
        return ShownStudy(study, study.patient_name, study.patient_id, False, study.accession_number) if names else unnamed
    seen = eyes.see(patient, study.exam)
    if seen.hidden:
        return ShownStudy(study, seen.label, "", True)
    return ShownStudy(study, seen.label, seen.number, False, study.accession_number) if names else unnamed


@dataclass(frozen=True)
class Row:
    """Something about a study, with the study as this person may see it."""

    row: Any
    shown: ShownStudy | None


def _with_studies(user: Person, rows: Iterable[Any]) -> list[Row]:
    listed = list(rows)
    shown = studies_shown(user, {row.study_id: row.study for row in listed if row.study_id}.values())
    return [Row(row, shown.get(row.study_id)) for row in listed]


STUDY = ("study__matched_patient", "study__exam")


def tasks_shown(user: Person) -> list[Row]:
    """Work under way and work that failed, the next first."""
    rows = StudyTask.objects.filter(state__in=OPEN_TASKS).select_related(*STUDY).order_by("priority", "pk")[:20]
    failed = StudyTask.objects.filter(state=TaskState.FAILED).select_related(*STUDY).order_by("-pk")[:20]
    return _with_studies(user, [*rows, *failed])


def tasks_waiting() -> int:
    """Capped."""
    return len(StudyTask.objects.filter(state__in=OPEN_TASKS).values_list("pk")[:1000])


def findings_open() -> QuerySet[StorageFinding]:
    return StorageFinding.objects.filter(resolved_at=None).select_related(
        "instance__series__study__matched_patient", "instance__series__study__exam"
    )


def findings_found(*, settled: bool = False, kind: str = "", tier: str = "") -> QuerySet[StorageFinding]:
    """What was found and is open, or settled, the newest first."""
    rows = StorageFinding.objects.exclude(resolved_at=None).order_by("-pk") if settled else findings_open().order_by("-found_at", "-pk")
    narrowed = {name: value for name, value in {"kind": kind, "tier": tier}.items() if value}
    return rows.filter(**narrowed).select_related(
        "instance__series__study__matched_patient", "instance__series__study__exam", "resolved_by"
    )


def findings_shown(user: Person, found: Iterable[StorageFinding] | None = None) -> list[Row]:
    """`found`, or the newest that are open, with whose images they are as far as the user may know it."""
    rows = list(findings_found()[:SHOWN] if found is None else found)
    studies = {row.pk: row.instance.series.study for row in rows if row.instance}
    shown = studies_shown(user, {study.pk: study for study in studies.values()}.values())
    return [Row(row, shown.get(studies[row.pk].pk) if row.pk in studies else None) for row in rows]


def trouble(user: Any) -> int:
    """For the rail: what a check found, and failed work."""
    return len(findings_open().values_list("pk")[:99])


def proposals_waiting(user: Any) -> int:
    """For the rail: lists that somebody has to approve, and this person may."""
    return len(DeletionProposal.objects.filter(state=ProposalState.PROPOSED).exclude(proposed_by=user).values_list("pk")[:99])


def finding_for(user: User, pk: int) -> StorageFinding:
    require(user, Act.STORAGE_MANAGE)
    related = ("instance__series__study__matched_patient", "instance__series__study__exam", "resolved_by")
    return _or_404(StorageFinding.objects.select_related(*related).filter(pk=pk).first())


def task_for(user: User, pk: int) -> StudyTask:
    require(user, Act.STORAGE_MANAGE)
    return _or_404(StudyTask.objects.filter(pk=pk).first())


def hold_for(user: User, pk: int) -> LegalHold:
    require(user, Act.STORAGE_MANAGE)
    return _or_404(LegalHold.objects.filter(pk=pk).first())


def rule_for(user: User, pk: int) -> StorageRule:
    require(user, Act.STORAGE_MANAGE)
    return _or_404(StorageRule.objects.select_related("author").filter(pk=pk).first())


_BY_NUMBER: dict[str, Callable[[User, str], Any]] = {"exam": exam_for, "patient": patient_by_number, "study": study_for}


def named(user: User, what: str, number: str) -> dict[str, Any]:
    """What a hold is to be on, as `hold_place` takes it: the "exam", "patient" or "study" with that number. Raises NotFound."""
    return {what: _BY_NUMBER[what](user, number.strip())}


def studies_with_images(exam: Exam) -> QuerySet[Study]:
    """Raises NotFound when there are none."""
    found = Study.objects.filter(exam=exam, instance_count__gt=0).select_related("matched_patient", "exam")
    if not found:
        raise NotFound(_("This exam has no images."))
    return found


def proposal_for(user: User, pk: int) -> DeletionProposal:
    require(user, Act.DELETION_APPROVE)
    return _or_404(proposals_found().filter(pk=pk).first())


def item_for(user: User, pk: int) -> DeletionItem:
    require(user, Act.DELETION_APPROVE)
    return _or_404(DeletionItem.objects.select_related("proposal").filter(pk=pk).first())


def _or_404(found: Any) -> Any:
    if found is None:
        raise NotFound(_("There is no such thing."))
    return found


def proposals_found() -> QuerySet[DeletionProposal]:
    """Newest first, with counts over their own items."""
    waiting = Q(items__state=ItemState.WAITING)
    counts = {"waiting": Count("items", filter=waiting), "size": Sum("items__size_bytes", filter=~Q(items__state=ItemState.KEPT))}
    rows = DeletionProposal.objects.annotate(
        studies=Count("items"), deleted=Count("items", filter=Q(items__state=ItemState.DELETED)), **counts
    )
    return rows.select_related("proposed_by", "approved_by", "withdrawn_by", "rule").order_by("-pk")


def items_shown(user: Person, proposal: DeletionProposal, page: int = 1) -> list[Row]:
    rows = proposal.items.select_related(*STUDY, "decided_by").order_by("pk")
    return _with_studies(user, rows[(page - 1) * SHOWN : page * SHOWN])


@dataclass(frozen=True)
class ShownHold:
    hold: LegalHold
    on: str
    is_masked: bool


def holds_shown(user: Person, holds: Iterable[LegalHold]) -> list[ShownHold]:
    eyes, found = Eyes(user), []
    for hold in holds:
        exam = hold.exam or (hold.study.exam if hold.study else None)
        patient = hold.patient or (exam.patient if exam else hold.study.matched_patient if hold.study else None)
        seen = eyes.see(patient, exam) if patient else None
        masked = bool(seen and seen.hidden)
        sent = hold.study.patient_name if hold.study else ""
        name = f"{seen.label} {seen.number}" if seen and not masked else seen.label if seen else sent
        number = "" if masked else exam.accession_number if exam else hold.study.study_instance_uid if hold.study else ""
        found.append(ShownHold(hold, f"{name} {number}".strip(), masked))
    return found
