"""Keeping filters of the reading list."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput
from imaging.common.live import announce
from reporting.reading.filters import ListFilter
from reporting.reading.models import Audience, FirstList, ReadingFilter
from reporting.reading.selectors import filter_for, own_filter_for

MOST_FILTERS = 40
NAME_LENGTH, ADDRESS_LENGTH = 40, 1000


@transaction.atomic
def filter_save(
    *, user: User, name: str, address: str, audience: str = "", kept: ReadingFilter | None = None, is_first: bool | None = None,
    door: str = "page",
) -> ReadingFilter:  # fmt: skip
    """Keep a narrowed list under a name, or change one's own. `is_first`: the list opens with it from now on, or no more.

    Raises Forbidden, NotFound for somebody else's, InvalidInput naming the field at fault.
    """
    require(user, Act.REPORT_WRITE)
    row = own_filter_for(user, kept.pk) if kept else ReadingFilter(owner=user)
    row.name, row.audience = " ".join(name.split()), audience
    row.address = ListFilter.read(address).address
    _check_filter(row)
    row.save()
    if is_first is not None:
        _first_set(user, row, is_first)
    audit_record(act="reading.filter", door=door, user=user, filter=row.pk, name=row.name, audience=row.audience)
    announce("reading")
    return row


@transaction.atomic
def filter_delete(*, user: User, kept: ReadingFilter, door: str = "page") -> ReadingFilter:
    """Take one's own filter away, also from those with whom it is shared; it can be restored. Raises Forbidden, NotFound."""
    row = own_filter_for(user, kept.pk)
    row.deleted_at = timezone.now()
    row.save(update_fields=["deleted_at", "changed_at"])
    audit_record(act="reading.filter_delete", door=door, user=user, filter=row.pk, name=row.name)
    announce("reading")
    return row


@transaction.atomic
def filter_restore(*, user: User, kept: ReadingFilter, door: str = "page") -> ReadingFilter:
    """Have one's own deleted filter back. Raises Forbidden, NotFound, InvalidInput when its name was taken meanwhile."""
    row = own_filter_for(user, kept.pk, is_deleted=True)
    _check_filter(row)
    row.deleted_at = None
    row.save(update_fields=["deleted_at", "changed_at"])
    audit_record(act="reading.filter_restore", door=door, user=user, filter=row.pk, name=row.name)
    announce("reading")
    return row


@transaction.atomic
def first_list_set(*, user: User, pk: int | None) -> None:
    """The list opens with this filter from now on; None: with everything that is open. Raises Forbidden, NotFound."""
    if pk is None:
        require(user, Act.REPORT_WRITE)
        FirstList.objects.filter(user=user).delete()
        return
    _first_set(user, filter_for(user, pk), True)


def _first_set(user: User, row: ReadingFilter, is_first: bool) -> None:
    if is_first:
        FirstList.objects.update_or_create(user=user, defaults={"filter": row})
    else:
        FirstList.objects.filter(user=user, filter=row).delete()


def _check_filter(row: ReadingFilter) -> None:
    if not (0 < len(row.name) <= NAME_LENGTH and row.name.isprintable()):
        raise InvalidInput(_("Give the list a name of at most %(count)s characters.") % {"count": NAME_LENGTH}, field="name")
    if row.audience not in Audience.values:
        raise InvalidInput(_("A list is for oneself, for residents, for radiologists or for everybody."), field="audience")
    if len(row.address) > ADDRESS_LENGTH:
        raise InvalidInput(_("This list asks for too much at once: choose less."), field="address")
    others = ReadingFilter.objects.filter(owner=row.owner, deleted_at=None).exclude(pk=row.pk)
    if others.filter(name=row.name).exists():
        raise InvalidInput(_("You have a list of this name already."), field="name")
    if others.count() >= MOST_FILTERS:
        raise InvalidInput(_("At most %(count)s lists: delete one that you do not use.") % {"count": MOST_FILTERS}, field="name")
