"""What a person does about a finding, the same from the page and by REST."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.archive.intake.entry import Status
from imaging.archive.life.fixity import finding_look_again
from imaging.archive.life.models import StorageFinding
from imaging.archive.life.orphans import orphan_remove, orphan_take_in
from imaging.common.errors import NotFound


@dataclass(frozen=True)
class Deed:
    """Who does it to what, through which door, and why."""

    user: User
    finding: StorageFinding
    reason: str
    door: str


def finding_see_to(*, user: User, finding: StorageFinding, deed: str, reason: str = "", door: str = "page") -> str:
    """Look again, take the file in, or remove it; what came of it in words.

    Raises NotFound for any other deed, and what the deed raises.
    """
    if deed not in DEEDS:
        raise NotFound(_("There is no such act."))
    return DEEDS[deed](Deed(user, finding, reason, door))


def _look_again(deed: Deed) -> str:
    if finding_look_again(user=deed.user, finding=deed.finding, door=deed.door):
        return _("The file is in order now.")
    return _("Still damaged. Send the study again from where it came: the same content repairs it by itself.")


def _take_in(deed: Deed) -> str:
    status = orphan_take_in(user=deed.user, finding=deed.finding, door=deed.door)
    return {Status.STORED: _("Taken in."), Status.DUPLICATE: _("The archive held it already; the loose file goes.")}.get(
        status, _("It waits on the page Mismatch for a decision.")
    )


def _remove(deed: Deed) -> str:
    orphan_remove(user=deed.user, finding=deed.finding, reason=deed.reason, door=deed.door)
    return _("The file goes.")


DEEDS: dict[str, Callable[[Deed], str]] = {"look-again": _look_again, "take-in": _take_in, "remove": _remove}
