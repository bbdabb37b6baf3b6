"""Whose hanging protocols, and which of them apply."""

import logging
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from imaging.access.policy import Person, may, require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, NotFound
from imaging.viewer.hanging.models import HangingProtocol, HangingVersion
from imaging.viewer.hanging.rules import Rule, rule_read

DELETED_SHOWN = 10


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class InForce:
    """A protocol with what it says now."""

    protocol: HangingProtocol
    rule: Rule


def rule_kept(version: HangingVersion) -> Rule | None:
    """What a version says; None when that is not understood any more: it hangs nothing, and no study stays shut for it."""
    try:
        return rule_read(version.rule)
    except InvalidInput as error:
        logger.warning("Hanging protocol %s, version %s, is not understood: %s", version.protocol_id, version.number, error.field)
        return None


def protocols_of(user: Person) -> QuerySet[HangingProtocol]:
    """One's own and the shared ones, own first. Raises Forbidden."""
    require(user, Act.VIEWER_ARRANGE)
    own_or_shared = Q(owner=user.pk, is_shared=False) | Q(is_shared=True)
    return HangingProtocol.objects.filter(own_or_shared, deleted_at=None).select_related("owner").order_by("is_shared", "name", "pk")


def protocols_deleted(user: Person) -> QuerySet[HangingProtocol]:
    """Those deleted last that `user` may restore. Raises Forbidden."""
    require(user, Act.VIEWER_ARRANGE)
    return HangingProtocol.objects.filter(_changeable(user)).exclude(deleted_at=None).order_by("-deleted_at")[:DELETED_SHOWN]


def protocol_for(user: Person, pk: int) -> HangingProtocol:
    """One that `user` may see. Raises Forbidden, NotFound."""
    return _found(protocols_of(user).filter(pk=pk))


def protocol_to_change(user: Person, pk: int, *, is_deleted: bool = False) -> HangingProtocol:
    """One that `user` may change, locked. Raises Forbidden, NotFound for somebody else's."""
    require(user, Act.VIEWER_ARRANGE)
    rows = HangingProtocol.objects.select_for_update().filter(pk=pk, deleted_at__isnull=not is_deleted)
    found = _found(rows.filter(Q(owner=user.pk) | Q(is_shared=True)))
    if found.is_shared:
        require(user, Act.VIEWER_SETUP)
    return found


def may_change(user: Person, protocol: HangingProtocol) -> bool:
    return may(user, Act.VIEWER_SETUP) if protocol.is_shared else protocol.owner_id == user.pk


def _changeable(user: Person) -> Q:
    own = Q(owner=user.pk, is_shared=False)
    return own | Q(is_shared=True) if may(user, Act.VIEWER_SETUP) else own


def _found(rows: QuerySet[HangingProtocol]) -> HangingProtocol:
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such hanging protocol."))
    return found


def versions_of(protocol: HangingProtocol) -> QuerySet[HangingVersion]:
    """All versions, the newest first."""
    return protocol.versions.select_related("author")


def version_of(protocol: HangingProtocol, number: int | None = None) -> HangingVersion:
    """One version; the one in force unless named. Raises NotFound."""
    found = protocol.versions.filter(number=number or protocol.version).first()
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


def protocols_in_force(user: Person) -> list[InForce]:
    """All that may hang a study for `user`: own before shared, the more particular before the more general. One question."""
    if not may(user, Act.IMAGES_VIEW):
        return []
    whose = Q(protocol__owner=user.pk, protocol__is_shared=False) | Q(protocol__is_shared=True)
    rows = HangingVersion.objects.filter(whose, protocol__deleted_at=None, protocol__is_off=False, number=F("protocol__version"))
    found = [InForce(row.protocol, rule) for row in rows.select_related("protocol") if (rule := rule_kept(row))]
    return sorted(found, key=lambda one: (one.protocol.is_shared, -one.rule.specificity, one.protocol.name, one.protocol.pk))
