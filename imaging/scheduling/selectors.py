"""Reading rooms, slots and worklists."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import Person
from imaging.common.errors import NotFound
from imaging.common.fields import prefix_range
from imaging.orders.models import Exam, Procedure
from imaging.orders.selectors import exams_visible_to
from imaging.patients.models import PatientIdentifier, SearchWord
from imaging.scheduling.free import FreeSlot, first_fit, free_intervals, raster
from imaging.scheduling.models import ON_WORKLIST, PerformedStep, Room, ScheduledStep, Station, StepStatus, UsedItem

SEARCH_DAYS = 14
SLOT_MINUTES = 20


def rooms_active() -> QuerySet[Room]:
    return Room.objects.filter(is_active=True).select_related("department").order_by("code")


def rooms_fitting(procedure: Procedure) -> list[Room]:
    """Active rooms with a station of the procedure's modality; its own department's first."""
    stations = Station.objects.filter(modality=procedure.modality, is_active=True, room__is_active=True)
    rooms = rooms_active().filter(pk__in=stations.values("room"))
    return sorted(rooms, key=lambda room: (room.department_id != procedure.department_id, room.code))


def rooms_of(user: User) -> list[Room]:
    """The rooms assigned to this technologist; all of them when none is."""
    mine = list(rooms_active().filter(assignments__user=user))
    return mine or list(rooms_active())


def room_by_code(code: str) -> Room:
    """Raises NotFound."""
    found = rooms_active().filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no room %(code)s.") % {"code": code}, field="room")
    return found


def station_fitting(room: Room, modality: str) -> Station | None:
    return room.stations.filter(modality=modality, is_active=True).order_by("ae_title").first()


def station_by_ae_title(ae_title: str) -> Station | None:
    return Station.objects.select_related("room__department").filter(ae_title=ae_title, is_active=True).first() if ae_title else None


def slots_free(*, rooms: Sequence[Room], day: dt.date, minutes: int, user: User | None = None) -> list[FreeSlot]:
    """Every free start on `day` that is not over, one after the other in steps of `minutes`, in each room; other people's holds are not
    free."""
    length, now = dt.timedelta(minutes=max(minutes, 5)), raster(timezone.now())
    free = free_intervals(rooms, day, user)
    slots = []
    for room in rooms:
        for begin, end in free[room.pk]:
            start = max(begin, now)
            while start + length <= end:
                slots.append(FreeSlot(room, start, start + length))
                start += length
    return slots


def slot_first(
    *, procedure: Procedure, earliest: dt.datetime, minutes: int = 0, rooms: Sequence[Room] = (), user: User | None = None
) -> FreeSlot | None:
    """The next free slot for `procedure`, in `rooms` or any that fits, as long as it takes or `minutes`; None in the next fourteen days."""
    length = minutes or procedure.minutes
    return first_fit(rooms or rooms_fitting(procedure), minutes=length, earliest=earliest, days=SEARCH_DAYS, user=user)


STEP_PARTS = ("exam__patient", "exam__procedure", "exam__order__visit", "exam__performer", "room__department", "station")


def worklist_steps(
    *, station_ae_titles: Sequence[str] = (), modalities: Sequence[str] = (), starts_from: dt.datetime | None = None,
    starts_to: dt.datetime | None = None, accession_number: str = "", patient_id: str = "", step_id: str = "",
    requested_procedure_id: str = "", study_instance_uids: Sequence[str] = (), name_beginnings: Sequence[str] = (),
    statuses: Iterable[str] = ON_WORKLIST,
) -> QuerySet[ScheduledStep]:  # fmt: skip
    """Steps for a scanner's worklist query (MWL C-FIND, PS3.4 K.6), earliest first; `worklist_parts` tells all of them.

    Exact keys and beginnings of names only, each on an index; the rest is matched by the caller on what is left. Steps booked without
    a station are for every station of their room. No person is looking here: scanners need the true names.
    """
    rows = ScheduledStep.objects.filter(status__in=list(statuses))
    if station_ae_titles:
        rooms = Station.objects.filter(ae_title__in=station_ae_titles).values("room")
        rows = rows.filter(Q(station_ae_title__in=station_ae_titles) | Q(station_ae_title="", room__in=rooms))
    exact = {
        "modality__in": modalities, "exam__accession_number": accession_number, "exam__requested_procedure_id": requested_procedure_id,
        "scheduled_procedure_step_id": step_id, "exam__study_instance_uid__in": study_instance_uids,
    }  # fmt: skip
    rows = rows.filter(**{key: value for key, value in exact.items() if value})
    if patient_id:
        rows = rows.filter(exam__patient__in=PatientIdentifier.objects.filter(value=patient_id).values("patient"))
    if name_beginnings:
        words = reduce(or_, (prefix_range("word", beginning) for beginning in name_beginnings))
        rows = rows.filter(exam__patient__in=SearchWord.objects.filter(words).values("patient"))
    if starts_from is not None:
        rows = rows.filter(starts_at__gte=starts_from)
    if starts_to is not None:
        rows = rows.filter(starts_at__lte=starts_to)
    return rows.order_by("starts_at", "pk")


def performed_step_for_system(*, sop_instance_uid: str, ae_title: str, sees_protected: bool) -> PerformedStep | None:
    """A performed step as another system may know it: of a protected patient only one of its own, unless it was set up to see them."""
    performed = PerformedStep.objects.filter(sop_instance_uid=sop_instance_uid).first()
    if performed is None or sees_protected or performed.station_ae_title == ae_title:
        return performed
    number = str((performed.dataset.get("00100020", {}).get("Value") or [""])[0])
    is_protected = (
        performed.scheduled_steps.filter(exam__patient__is_protected=True).exists()
        or PatientIdentifier.objects.filter(value=number, patient__is_protected=True).exists()
    )
    return None if is_protected else performed


def steps_visible_to(user: Person) -> QuerySet[ScheduledStep]:
    """The booked steps of the exams that exist for `user`."""
    return ScheduledStep.objects.filter(exam__in=exams_visible_to(user)).select_related(*STEP_PARTS)


def step_for(user: Person, pk: int) -> ScheduledStep:
    """Raises NotFound when there is no such step, or none for `user`."""
    found = steps_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such booking."))
    return found


def step_current(exam: Exam) -> ScheduledStep | None:
    """The booking that counts: the newest that was not cancelled."""
    return exam.steps.exclude(status=StepStatus.CANCELLED).select_related("room", "station").order_by("-pk").first()


def used_items(exam: Exam) -> QuerySet[UsedItem]:
    return exam.used_items.select_related("recorded_by").order_by("recorded_at", "pk")
