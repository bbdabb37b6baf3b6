"""Nodes as people set them up, and who of them is talking to us now."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from pydicom.uid import UID

from imaging.access.policy import Person, may, require
from imaging.access.roles import Act
from imaging.common.errors import NotFound
from imaging.dimse import commands as c
from imaging.dimse.models import DicomProcess, RemoteNode, WorklistQuery
from imaging.scheduling.models import Station

DOING: dict[int, str | Promise] = {
    c.C_STORE_RQ: pgettext_lazy("association", "stores"),
    c.C_FIND_RQ: pgettext_lazy("association", "asks"),
    c.C_MOVE_RQ: pgettext_lazy("association", "has studies sent"),
    c.C_GET_RQ: pgettext_lazy("association", "fetches studies"),
    c.C_ECHO_RQ: pgettext_lazy("association", "echo"),
    c.N_CREATE_RQ: pgettext_lazy("association", "begins a step"),
    c.N_SET_RQ: pgettext_lazy("association", "tells of a step"),
    c.N_ACTION_RQ: pgettext_lazy("association", "asks for commitment"),
}


def nodes_visible_to(user: Person) -> QuerySet[RemoteNode]:
    """All nodes for who sets them up; where studies may go for who sends them; none for others."""
    if may(user, Act.NODE_MANAGE):
        return RemoteNode.objects.order_by("ae_title")
    if may(user, Act.IMAGES_SEND):
        return RemoteNode.objects.filter(is_active=True, is_destination=True).order_by("ae_title")
    return RemoteNode.objects.none()


def node_for(user: Person, pk: int) -> RemoteNode:
    """Raises NotFound when there is no such node, or none for `user`."""
    found = nodes_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such node."))
    return found


@dataclass(frozen=True)
class LiveAssociation:
    """An association as its process described it about a second ago. No patient is in it."""

    process: int
    number: int
    ae_title: str
    address: str
    is_tls: bool
    since: dt.datetime
    doing: str | Promise
    what: str
    objects: int
    octets: int
    rate: int


@dataclass(frozen=True)
class LiveSystem:
    """All DICOM processes that live, on every host."""

    processes: int
    associations: list[LiveAssociation]
    turned_away: dict[str, int]


def live_system(user: Person) -> LiveSystem:
    """Who talks to us now. Raises Forbidden for who does not set up nodes."""
    require(user, Act.NODE_MANAGE)
    rows = list(DicomProcess.objects.filter(expires_at__gt=timezone.now()))
    away: Counter[str] = Counter()
    for row in rows:
        away.update(row.turned_away)
    found = [_live(row.pk, told) for row in rows for told in row.associations]
    return LiveSystem(len(rows), sorted(found, key=lambda one: one.since), dict(away))


def storing_now() -> set[str]:
    """The AE titles of who is storing an object with us right now, as about a second ago."""
    rows = DicomProcess.objects.filter(expires_at__gt=timezone.now()).values_list("associations", flat=True)
    return {told["ae_title"] for associations in rows for told in associations if told["field"] == c.C_STORE_RQ}


def association_for(user: Person, process: int, number: int) -> LiveAssociation:
    """Raises NotFound when it is over, Forbidden for who does not set up nodes."""
    for one in live_system(user).associations:
        if (one.process, one.number) == (process, number):
            return one
    raise NotFound(_("This association is over."))


def _live(process: int, told: dict[str, Any]) -> LiveAssociation:
    field, sop_class = int(told["field"]), str(told["sop_class"])
    return LiveAssociation(
        process=process,
        number=int(told["number"]),
        ae_title=told["ae_title"],
        address=told["address"],
        is_tls=bool(told["is_tls"]),
        since=dt.datetime.fromtimestamp(told["since"], dt.UTC),
        doing=DOING.get(field, f"{field:04X}") if field else "",
        what=UID(sop_class).name if sop_class else "",
        objects=told["objects"],
        octets=told["octets"],
        rate=told["rate"],
    )


def scanners_with_latest() -> QuerySet[Station]:
    """Every scanner with when it last asked for its worklist, and how much it was shown."""
    latest = WorklistQuery.objects.filter(ae_title=OuterRef("ae_title")).order_by("-last_asked_at")
    return (
        Station.objects.select_related("room")
        .annotate(asked_at=Subquery(latest.values("last_asked_at")[:1]), asked_found=Subquery(latest.values("found")[:1]))
        .order_by("room__code", "ae_title")
    )


def worklist_queries(station: Station, limit: int = 50) -> list[WorklistQuery]:
    """What `station` asked lately, newest first."""
    return list(WorklistQuery.objects.filter(ae_title=station.ae_title).order_by("-last_asked_at")[:limit])
