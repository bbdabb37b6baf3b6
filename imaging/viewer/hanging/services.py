"""Keeping hanging protocols."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import Conflict, InvalidInput
from imaging.viewer.hanging.models import NAME_LENGTH, HangingProtocol, HangingVersion
from imaging.viewer.hanging.rules import Rule, rule_read
from imaging.viewer.hanging.selectors import protocol_for, protocol_to_change, version_of

# All that apply to a person are read when a study opens.
MOST_OWN, MOST_SHARED = 60, 120
FILE_FORMAT, FILE_VERSION = "lightbox-hanging-protocol", 1


@transaction.atomic
def hanging_add(*, user: User, name: str, rule: Rule, shared: bool = False, door: str = "page") -> HangingProtocol:
    """Keep a new hanging protocol. Raises Forbidden, InvalidInput for a name that is empty, too long or taken."""
    require(user, Act.VIEWER_SETUP if shared else Act.VIEWER_ARRANGE)
    protocol = HangingProtocol(owner=user, name=_named(name), is_shared=shared, changed_at=timezone.now())
    _require_room(protocol)
    _keep(protocol)
    _write(user, protocol, rule.document)
    _told("hanging.add", user, protocol, door)
    return protocol


@transaction.atomic
def hanging_save(
    *, user: User, protocol: HangingProtocol, rule: Rule, name: str = "", seen: int | None = None, door: str = "page"
) -> HangingProtocol:
    """A new version of a protocol, and perhaps a new name. `seen` is the version that was changed.

    Raises Forbidden, NotFound, InvalidInput, Conflict when somebody wrote another version meanwhile.
    """
    locked = protocol_to_change(user, protocol.pk)
    if seen is not None and seen != locked.version:
        raise Conflict(
            _("Somebody changed this hanging protocol meanwhile: version %(version)s. Load it again.") % {"version": locked.version}
        )
    locked.name = _named(name or locked.name)
    _next_version(user, locked, rule.document)
    _told("hanging.save", user, locked, door)
    return locked


@transaction.atomic
def hanging_put_back(*, user: User, protocol: HangingProtocol, number: int, door: str = "page") -> HangingProtocol:
    """Have what an old version said again, as a new one. Raises Forbidden, NotFound."""
    locked = protocol_to_change(user, protocol.pk)
    old = version_of(locked, number)
    if old.number != locked.version:
        _next_version(user, locked, old.rule, put_back=old.number)
        _told("hanging.put_back", user, locked, door, put_back=old.number)
    return locked


@transaction.atomic
def hanging_copy(*, user: User, protocol: HangingProtocol, door: str = "page") -> HangingProtocol:
    """One's own copy of a protocol that one may see. Raises Forbidden, NotFound, InvalidInput when there are too many."""
    seen = protocol_for(user, protocol.pk)
    return hanging_add(user=user, name=_free_name(user, seen.name), rule=rule_read(version_of(seen).rule), door=door)


@transaction.atomic
def hanging_share(*, user: User, protocol: HangingProtocol, shared: bool, door: str = "page") -> HangingProtocol:
    """Have a protocol apply to everybody, or to its owner alone. Raises Forbidden, NotFound, InvalidInput when its name is taken."""
    require(user, Act.VIEWER_SETUP)
    locked = protocol_to_change(user, protocol.pk)
    if locked.is_shared != shared:
        locked.is_shared, locked.changed_at = shared, timezone.now()
        _require_room(locked)
        _keep(locked)
        _told("hanging.share", user, locked, door, shared=shared)
    return locked


@transaction.atomic
def hanging_switch(*, user: User, protocol: HangingProtocol, off: bool, door: str = "page") -> HangingProtocol:
    """Have a protocol rest, or apply again. Raises Forbidden, NotFound."""
    locked = protocol_to_change(user, protocol.pk)
    if locked.is_off != off:
        locked.is_off, locked.changed_at = off, timezone.now()
        locked.save(update_fields=["is_off", "changed_at"])
        _told("hanging.switch", user, locked, door, off=off)
    return locked


@transaction.atomic
def hanging_delete(*, user: User, protocol: HangingProtocol, door: str = "page") -> HangingProtocol:
    """Take a protocol away; it can be restored. Raises Forbidden, NotFound."""
    locked = protocol_to_change(user, protocol.pk)
    locked.deleted_at = timezone.now()
    locked.save(update_fields=["deleted_at"])
    _told("hanging.delete", user, locked, door)
    return locked


@transaction.atomic
def hanging_restore(*, user: User, pk: int, door: str = "page") -> HangingProtocol:
    """Have a deleted protocol back. Raises Forbidden, NotFound, InvalidInput when its name was taken meanwhile."""
    locked = protocol_to_change(user, pk, is_deleted=True)
    _require_room(locked)
    locked.deleted_at = None
    _keep(locked)
    _told("hanging.restore", user, locked, door)
    return locked


def hanging_file(protocol: HangingProtocol) -> dict[str, Any]:
    """A protocol as a file that another Lightbox takes."""
    return {"format": FILE_FORMAT, "format_version": FILE_VERSION, "name": protocol.name, "rule": version_of(protocol).rule}


def hanging_take(*, user: User, document: Any, door: str = "page") -> HangingProtocol:
    """Keep the protocol of a file as one's own. Raises Forbidden, InvalidInput for a file that is none or says anything unknown."""
    require(user, Act.VIEWER_ARRANGE)
    known = {"format", "format_version", "name", "rule"}
    if not isinstance(document, dict) or set(document) != known or document["format"] != FILE_FORMAT:
        raise InvalidInput(_("This is no file of a hanging protocol."), field="file")
    if document["format_version"] != FILE_VERSION:
        raise InvalidInput(
            _("This file is of another version of Lightbox: %(format)s.") % {"format": str(document["format_version"])[:10]}, field="file"
        )
    name = document["name"] if isinstance(document["name"], str) else ""
    return hanging_add(user=user, name=_free_name(user, _named(name)), rule=rule_read(document["rule"]), door=door)


def _write(user: User, protocol: HangingProtocol, document: dict[str, Any], put_back: int | None = None) -> None:
    HangingVersion.objects.create(
        protocol=protocol, number=protocol.version, rule=document, put_back=put_back, author=user, created_at=timezone.now()
    )


def _next_version(user: User, locked: HangingProtocol, document: dict[str, Any], put_back: int | None = None) -> None:
    locked.version += 1
    locked.changed_at = timezone.now()
    _keep(locked)
    _write(user, locked, document, put_back)


def _named(name: str) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > NAME_LENGTH or not clean.isprintable():
        raise InvalidInput(_("A hanging protocol needs a name of at most %(most)s characters.") % {"most": NAME_LENGTH}, field="name")
    return clean


def _alike(protocol: HangingProtocol) -> Any:
    rows = HangingProtocol.objects.filter(deleted_at=None, is_shared=protocol.is_shared).exclude(pk=protocol.pk)
    return rows if protocol.is_shared else rows.filter(owner=protocol.owner)


def _keep(protocol: HangingProtocol) -> None:
    """That a name is free is for the database to say: two may ask at once. Raises InvalidInput."""
    try:
        with transaction.atomic():
            protocol.save()
    except IntegrityError as error:
        said = _("There is a hanging protocol of this name already: “%(name)s”.") % {"name": protocol.name}
        raise InvalidInput(said, field="name") from error


def _require_room(protocol: HangingProtocol) -> None:
    most = MOST_SHARED if protocol.is_shared else MOST_OWN
    if _alike(protocol).count() >= most:
        raise InvalidInput(_("%(most)s hanging protocols are the most. Delete one that nobody needs.") % {"most": most}, field="name")


def _free_name(user: User, name: str) -> str:
    """`name`, or with the first number behind it that is free."""
    taken = set(HangingProtocol.objects.filter(owner=user, is_shared=False, deleted_at=None).values_list("name", flat=True))
    tries = [name, *(f"{name[: NAME_LENGTH - 5]} {number}" for number in range(2, MOST_OWN + 3))]
    return next(one for one in tries if one not in taken)


def _told(act: str, user: User, protocol: HangingProtocol, door: str, **more: Any) -> None:
    audit_record(
        act=act,
        door=door,
        user=user,
        protocol=protocol.pk,
        name=protocol.name,
        version=protocol.version,
        is_shared=protocol.is_shared,
        **more,
    )
