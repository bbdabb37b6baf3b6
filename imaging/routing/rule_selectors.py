"""Rules as who manages transfers sees them."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.policy import Person, require
from imaging.access.roles import Act
from imaging.archive.life.selectors import ShownStudy, studies_shown
from imaging.common.errors import NotFound
from imaging.dimse.models import RemoteNode
from imaging.routing.models import ACTIVE, Routed, RoutingRule, TransferJob
from imaging.routing.rule_services import rule_says

COUNTED, LATELY, LATELY_DAYS = 1000, 20, 7
DELETED_SHOWN = 10


@dataclass(frozen=True)
class ShownRule:
    """A rule in words, where it sends, how many studies it sent in the last days (capped), and when last."""

    rule: RoutingRule
    words: str
    nodes: list[RemoteNode]
    studies: int
    last_at: dt.datetime | None

    @property
    def useless(self) -> list[RemoteNode]:
        """Nodes that receive nothing now."""
        return [node for node in self.nodes if not (node.is_active and node.is_destination)]


def rules_shown(user: Person) -> list[ShownRule]:
    """Raises Forbidden."""
    require(user, Act.TRANSFER_MANAGE)
    since = timezone.now() - dt.timedelta(days=LATELY_DAYS)
    found = []
    for rule in RoutingRule.objects.filter(deleted_at=None).prefetch_related("nodes").order_by("position", "pk"):
        lately = Routed.objects.filter(rule=rule).order_by("-at")
        studies = lately.filter(at__gte=since)[:COUNTED].count()
        found.append(ShownRule(rule, rule_says(rule), list(rule.nodes.all()), studies, lately.values_list("at", flat=True).first()))
    return found


def rules_deleted(user: Person) -> list[RoutingRule]:
    """Those that were deleted last, newest first. Raises Forbidden."""
    require(user, Act.TRANSFER_MANAGE)
    rows = RoutingRule.objects.filter(deleted_at__isnull=False).select_related("deleted_by").prefetch_related("nodes")
    return list(rows.order_by("-deleted_at")[:DELETED_SHOWN])


def unfinished_of(rule: RoutingRule) -> int:
    """How many of its transfers wait or run (capped)."""
    return TransferJob.objects.filter(rule=rule, state__in=ACTIVE)[:COUNTED].count()


def rule_for(user: Person, pk: int, *, is_deleted: bool = False) -> RoutingRule:
    """Raises Forbidden, NotFound."""
    require(user, Act.TRANSFER_MANAGE)
    found = RoutingRule.objects.filter(pk=pk, deleted_at__isnull=not is_deleted).first()
    if found is None:
        raise NotFound(_("There is no such rule."))
    return found


def rule_lately(user: Person, rule: RoutingRule) -> list[tuple[Routed, ShownStudy]]:
    """What a rule sent last, as far as `user` may know whose it is."""
    rows = list(rule.routed.select_related("study__matched_patient", "study__exam", "node").order_by("-at")[:LATELY])
    shown = studies_shown(user, {row.study_id: row.study for row in rows}.values())
    return [(row, shown[row.study_id]) for row in rows]
