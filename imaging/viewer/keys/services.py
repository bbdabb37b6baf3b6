"""Keeping which keys and mouse buttons do what."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput
from imaging.viewer.keys.acts import BUTTONS, is_choosable, key_acts, keys_merged, tools_merged
from imaging.viewer.keys.models import KeySet
from imaging.viewer.keys.selectors import layers_under


@dataclass(frozen=True)
class Problem:
    """Why a key cannot be that of an act."""

    act: str
    text: str


def problems_of(keys: Mapping[str, Any]) -> list[Problem]:
    """What stands against giving acts these keys: a key that is needed elsewhere, or one that two acts would have."""
    acts = key_acts()
    found = [Problem(str(act)[:40], _("There is no such act.")) for act in keys if act not in acts]
    holders: dict[str, list[str]] = defaultdict(list)
    for act, key in keys.items():
        if act not in acts or key == "":
            continue
        if isinstance(key, str) and is_choosable(key):
            holders[key].append(act)
        else:
            found.append(Problem(act, _("“%(key)s” cannot be chosen: the page needs it, or it is no single key.") % {"key": str(key)[:20]}))
    for key, those in holders.items():
        for act in those[1:]:
            said = {"key": key, "first": acts[those[0]].label, "second": acts[act].label}
            found.append(Problem(act, _("“%(key)s” would do two things: %(first)s; %(second)s.") % said))
    return found


@transaction.atomic
def keys_save(*, user: User, keys: Mapping[str, Any], tools: Mapping[str, Any], for_department: bool = False, door: str = "page") -> KeySet:
    """Keep the key of every act and the tool of every mouse button, for oneself or as what everybody begins with.

    What is not named stays as it is. Raises Forbidden, InvalidInput for a key that two acts would have or that cannot be chosen.
    """
    require(user, Act.VIEWER_SETUP if for_department else Act.VIEWER_ARRANGE)
    base_keys, base_tools = layers_under(for_department)
    KeySet.objects.get_or_create(**_whose(user, for_department), defaults={"author": user, "changed_at": timezone.now()})
    row = KeySet.objects.select_for_update().get(**_whose(user, for_department))
    wanted = {**keys_merged(*base_keys, row.keys), **keys}
    if problems := problems_of(wanted):
        raise InvalidInput(problems[0].text, field=problems[0].act)
    if any(tool not in BUTTONS.get(button, ()) for button, tool in tools.items()):
        raise InvalidInput(_("A mouse button cannot have this tool."), field="tools")
    usual = keys_merged(*base_keys)
    row.keys = {act: key for act, key in wanted.items() if key != usual[act]}
    chosen = {**tools_merged(*base_tools, row.tools), **tools}
    row.tools = {button: tool for button, tool in chosen.items() if tool != tools_merged(*base_tools)[button]}
    row.author, row.changed_at = user, timezone.now()
    row.save()
    audit_record(act="viewer.keys", door=door, user=user, for_department=for_department, keys=row.keys, tools=row.tools)
    return row


@transaction.atomic
def keys_reset(*, user: User, for_department: bool = False, door: str = "page") -> None:
    """Have the keys and tools again as the department has them, or the department's as Lightbox has them. Raises Forbidden."""
    require(user, Act.VIEWER_SETUP if for_department else Act.VIEWER_ARRANGE)
    gone, _rows = KeySet.objects.filter(**_whose(user, for_department)).delete()
    if gone:
        audit_record(act="viewer.keys_reset", door=door, user=user, for_department=for_department)


def _whose(user: User, for_department: bool) -> dict[str, Any]:
    return {"owner": None, "is_department": True} if for_department else {"owner": user, "is_department": False}
