"""Why a scanner was shown an exam, or not: its rights and the exam's bookings first, then each question that it asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from imaging.archive.intake.values import Json
from imaging.common.formats import clinical_moment
from imaging.dimse.models import HIDDEN, PATIENT_GROUP, RemoteNode, WorklistQuery
from imaging.dimse.query import Mismatch, exact_values, keyword_of, mismatches
from imaging.dimse.worklist import judged_keys, span_of, step_keys
from imaging.dimse.worklist_item import item_of
from imaging.orders.models import Exam
from imaging.scheduling.models import ON_WORKLIST, Station, StepStatus
from imaging.scheduling.worklist_parts import WorklistStep, worklist_parts

ASKED = 10


@dataclass(frozen=True)
class Asked:
    """One question of the scanner, and what it meant for the exam."""

    query: WorklistQuery
    is_shown: bool
    why: tuple[str, ...]


def obstacles(exam: Exam, station: Station) -> list[str]:
    """What keeps `exam` from `station` whatever it asks; empty when nothing does."""
    found = list(_rights(station))
    steps = list(exam.steps.select_related("room", "station"))
    if not steps:
        return [*found, _("The exam is not booked: the worklist shows bookings.")]
    if not any(step.status in ON_WORKLIST for step in steps):
        states = ", ".join(dict.fromkeys(str(StepStatus(step.status).label) for step in steps))
        found.append(_("The worklist no longer shows it: %(states)s.") % {"states": states})
    return found


def _rights(station: Station) -> Iterator[str]:
    node = RemoteNode.objects.filter(ae_title=station.ae_title).first()
    if node is None:
        if not settings.DICOM_TRUST_LOOPBACK:
            yield _("%(ae_title)s is not set up as a node: it is not let in.") % {"ae_title": station.ae_title}
    elif not node.is_active:
        yield _("The node %(ae_title)s is off.") % {"ae_title": station.ae_title}
    elif not node.may_worklist:
        yield _("The node %(ae_title)s may not ask for a worklist.") % {"ae_title": station.ae_title}


def asked_lately(exam: Exam, station: Station, *, hide_values: bool = False) -> list[Asked]:
    """The latest questions of `station`, each with what it meant for `exam` as it is booked now."""
    steps = worklist_parts(list(exam.steps.values_list("pk", flat=True)))
    queries = WorklistQuery.objects.filter(ae_title=station.ae_title).order_by("-last_asked_at")[:ASKED]
    return [_asked(query, steps, hide_values) for query in queries]


def _asked(query: WorklistQuery, steps: list[WorklistStep], hide_values: bool) -> Asked:
    if any(step.scheduled_procedure_step_id in query.shown for step in steps):
        return Asked(query, True, ())
    why = [reason for step in steps if step.status in ON_WORKLIST for reason in _excluded_by(query.query, step, hide_values)]
    if not why and any(step.status in ON_WORKLIST for step in steps):
        why = [_cut_off(query)]
    return Asked(query, False, tuple(dict.fromkeys(why)))


def _cut_off(query: WorklistQuery) -> str:
    if query.status:
        return _("The answer broke off (%(status)s): the question fits too much, or was taken back.") % {"status": f"{query.status:04X}"}
    return _("It would be shown now: it was booked, moved or changed after the scanner asked.")


def _excluded_by(query: Json, step: WorklistStep, hide_values: bool) -> Iterator[str]:
    asked = step_keys(query)
    stations = exact_values(asked, "00400001")
    if stations and not _is_for(step, stations):
        where = step.station_ae_title or step.room__code
        yield _("It asked for the station %(asked)s; the exam is booked for %(booked)s.") % {"asked": ", ".join(stations), "booked": where}
    first, last = span_of(asked)
    if (first and step.starts_at < first) or (last and step.starts_at > last):
        booked = clinical_moment(step.starts_at)
        yield _("It asked for another day or time; the exam is booked for %(booked)s.") % {"booked": booked}
    held = item_of(step, stations[0] if stations else "")
    for miss in mismatches(judged_keys(query), held):
        if miss.tag != "00400001" or not stations:
            yield _key_says(miss, hide_values)


def _is_for(step: WorklistStep, stations: list[str]) -> bool:
    if step.station_ae_title:
        return step.station_ae_title in stations
    return Station.objects.filter(room=step.room_id, ae_title__in=stations).exists()


def _key_says(miss: Mismatch, hide_values: bool) -> str:
    if miss.tag.startswith(PATIENT_GROUP):  # whom else it asked for is not this page's to tell
        return _("%(key)s: it asked for another patient.") % {"key": keyword_of(miss.tag)}
    held = HIDDEN if hide_values else miss.held or "–"
    return _("%(key)s: it asked for “%(asked)s”, the exam has “%(held)s”.") % {
        "key": keyword_of(miss.tag), "asked": miss.asked, "held": held,
    }  # fmt: skip
