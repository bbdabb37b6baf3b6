"""Keeping subspecialties: their name, what belongs to them, and who reads them."""

import re
import secrets
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, WrongState
from imaging.common.live import announce
from imaging.orders.models import Procedure
from reporting.subspecialties.models import Subspecialty
from reporting.subspecialties.selectors import readers as all_readers

FIELDS = ("name", "name_zh", "body_parts", "modalities", "procedures")
CODE = re.compile(r"[A-Z0-9][A-Z0-9 _]{0,15}")  # a code string (PS3.5 6.2)
MOST_CODES, MOST_SUBSPECIALTIES = 200, 60


@transaction.atomic
def subspecialty_save(*, user: User, subspecialty: Subspecialty, readers: Iterable[User] | None = None, door: str = "page") -> Subspecialty:
    """Set one up, or change one; `readers` None leaves who reads it. Raises Forbidden, or InvalidInput naming the field at fault."""
    require(user, Act.READING_SETUP)
    _tidy(subspecialty)
    _check(subspecialty)
    before = _told(Subspecialty.objects.select_for_update().filter(pk=subspecialty.pk).first())
    subspecialty.code = subspecialty.code or f"s-{secrets.token_hex(5)}"
    subspecialty.author = user
    subspecialty.save()
    if readers is not None:
        subspecialty.readers.set(_checked_readers(readers))
    after = _told(subspecialty)
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    was = {name: before[name] for name in changed if name in before}
    audit_record(act="reading.subspecialty", door=door, user=user, subspecialty=subspecialty.pk, changed=changed, was=was)
    announce("reading")
    return subspecialty


@transaction.atomic
def subspecialty_delete(*, user: User, subspecialty: Subspecialty, door: str = "page") -> Subspecialty:
    """Take one away; it can be restored. Lists that ask for it show nothing of it meanwhile. Raises Forbidden, WrongState."""
    require(user, Act.READING_SETUP)
    return _set_deleted(user, subspecialty, True, door)


@transaction.atomic
def subspecialty_restore(*, user: User, subspecialty: Subspecialty, door: str = "page") -> Subspecialty:
    """Have a deleted one back with its readers. Raises Forbidden, WrongState, InvalidInput when its name was taken meanwhile."""
    require(user, Act.READING_SETUP)
    _require_alone(subspecialty)
    return _set_deleted(user, subspecialty, False, door)


def _set_deleted(user: User, subspecialty: Subspecialty, is_deleted: bool, door: str) -> Subspecialty:
    locked = Subspecialty.objects.select_for_update().get(pk=subspecialty.pk)
    if (locked.deleted_at is not None) == is_deleted:
        raise WrongState(_("This subspecialty is deleted already.") if is_deleted else _("This subspecialty is not deleted."))
    locked.deleted_at = timezone.now() if is_deleted else None
    locked.save(update_fields=["deleted_at", "changed_at"])
    act = "reading.subspecialty_delete" if is_deleted else "reading.subspecialty_restore"
    audit_record(act=act, door=door, user=user, subspecialty=locked.pk, name=locked.name)
    announce("reading")
    return locked


def _told(subspecialty: Subspecialty | None) -> dict[str, str]:
    if subspecialty is None:
        return {}
    names = ", ".join(sorted(subspecialty.readers.values_list("username", flat=True)))
    return {**{name: getattr(subspecialty, name) for name in FIELDS}, "readers": names}


def _tidy(subspecialty: Subspecialty) -> None:
    for name in ("name", "name_zh"):
        setattr(subspecialty, name, " ".join(getattr(subspecialty, name).split()))
    subspecialty.modalities = " ".join(sorted(set(subspecialty.modalities.upper().replace(",", " ").split())))
    subspecialty.body_parts = ", ".join(_codes(subspecialty.body_parts.upper()))
    subspecialty.procedures = ", ".join(_codes(subspecialty.procedures))


def _codes(text: str) -> list[str]:
    return list(dict.fromkeys(code for part in re.split(r"[,;\n]", text) if (code := " ".join(part.split()))))


def _check(subspecialty: Subspecialty) -> None:
    if not subspecialty.name.isprintable() or not subspecialty.name_zh.isprintable():
        raise InvalidInput(_("A name is plain text."), field="name")
    try:
        subspecialty.clean_fields(exclude=["author", "code"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidInput(messages[0], field=name) from error
    _require_code_strings(subspecialty.modality_list, "modalities")
    _require_code_strings(subspecialty.body_part_list, "body_parts")
    _require_procedures(subspecialty.procedure_list)
    if not (subspecialty.body_parts or subspecialty.modalities or subspecialty.procedures):
        raise InvalidInput(_("Say what belongs to it: body parts, modalities or procedures."), field="body_parts")
    _require_alone(subspecialty)


def _require_code_strings(codes: list[str], field: str) -> None:
    if len(codes) > MOST_CODES:
        raise InvalidInput(_("At most %(count)s of them.") % {"count": MOST_CODES}, field=field)
    for code in codes:
        if not CODE.fullmatch(code):
            raise InvalidInput(_("“%(word)s” is no DICOM code: capitals, digits, at most 16.") % {"word": code[:40]}, field=field)


def _require_procedures(codes: list[str]) -> None:
    if len(codes) > MOST_CODES:
        raise InvalidInput(_("At most %(count)s of them.") % {"count": MOST_CODES}, field="procedures")
    known = set(Procedure.objects.filter(code__in=codes).values_list("code", flat=True))
    for code in codes:
        if code not in known:
            raise InvalidInput(_("The catalogue has no procedure “%(code)s”.") % {"code": code[:40]}, field="procedures")


def _checked_readers(chosen: Iterable[User]) -> list[User]:
    wanted = {person.pk for person in chosen}
    found = list(all_readers().filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise InvalidInput(_("Only who writes reports reads a subspecialty."), field="readers")
    return found


def _require_alone(subspecialty: Subspecialty) -> None:
    others = Subspecialty.objects.filter(deleted_at=None).exclude(pk=subspecialty.pk)
    if others.filter(name=subspecialty.name).exists():
        raise InvalidInput(_("There is a subspecialty of this name already: change that one."), field="name")
    if others.count() >= MOST_SUBSPECIALTIES:
        raise InvalidInput(
            _("At most %(count)s subspecialties: delete one that nobody uses.") % {"count": MOST_SUBSPECIALTIES}, field="name"
        )
